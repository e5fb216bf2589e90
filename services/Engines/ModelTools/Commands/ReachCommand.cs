using System.Diagnostics;
using FineTunePipeline.ModelTools.Running;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary>
/// <c>reach URLS</c>: which addresses this computer can talk to over HTTP, all asked at once. Any answer of the server counts, whatever its status; a proxy is
/// taken from the environment (<c>https_proxy</c>), as every fetch of this program would.
/// </summary>
internal static class ReachCommand
{
    private const int LimitSeconds = 5;
    private const int LongestLimit = 600;
    private const int MostAddresses = 32;

    public static readonly VerbUsage Usage = new(
        "Says which of some addresses (separated by commas) answer over HTTP, and how fast.",
        ["URLS"],
        new VerbOption("limit", "S", $"longest wait for each in seconds; default {LimitSeconds}"));

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var addresses = arguments[0].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse).ToList();
        if (addresses.Count is 0 or > MostAddresses)
        {
            throw EngineException.Usage($"Name 1 to {MostAddresses} addresses, separated by commas.");
        }

        var limit = TimeSpan.FromSeconds(arguments.Integer("limit", LimitSeconds, 1, LongestLimit));
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = limit };
        output.Result(new { Addresses = await Task.WhenAll(addresses.Select(address => AskAsync(client, address, limit, cancellationToken))) });
    }

    private static Uri Parse(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw EngineException.Usage($"'{text}' is no http or https address.");

    private static async Task<Answer> AskAsync(HttpClient client, Uri address, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var url = address.OriginalString;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new Answer(url, Reached: true, (int)response.StatusCode, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds, Error: null);
        }
        catch (HttpRequestException exception)
        {
            return new Answer(url, Reached: false, Status: null, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds, Innermost(exception));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Answer(url, Reached: false, Status: null, (long)limit.TotalMilliseconds, $"no answer within {limit.TotalSeconds:0} s");
        }
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }

    private sealed record Answer(string Url, bool Reached, int? Status, long Milliseconds, string? Error);
}
