using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>
/// Which hubs a host reaches by itself, asked by the engine that would fetch from them: with its certificates and its proxy, which no curl of the host's tells of.
/// A note at most: what a job needs comes by SSH.
/// </summary>
internal sealed class NetworkCheck(EngineLocator engines, PrepareOptions options)
{
    private const string StoreText = "our store needs none, its files come by SSH";

    /// <summary>For starting the program, beside what it waits for.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);

    public TimeSpan Limit => options.NetworkTimeLimit + StartTime;

    public async Task<Finding> AskAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(options.NetworkAddresses))
        {
            return Finding.PutOff("not asked: Prepare:NetworkAddresses is empty");
        }

        var command = engines.Locate(Engine.Model, test.EngineFolder);
        var seconds = ((int)Math.Ceiling(options.NetworkTimeLimit.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var result = await test.Host.RunAsync(
            command with { Arguments = [.. command.Arguments, "reach", options.NetworkAddresses, "--limit", seconds], TimeLimit = Limit }, cancellationToken);
        return result.ExitCode == 0
            ? Read(result.StandardOutput)
            : Finding.PutOff($"unknown: finetune-model reach ended with exit code {result.ExitCode}: {EngineChecks.LastLine(result.StandardError)}");
    }

    internal static Finding Read(string output)
    {
        try
        {
            using var json = JsonDocument.Parse(EngineChecks.LastLine(output));
            var answers = json.RootElement.GetProperty("addresses").EnumerateArray().Select(Answer).ToList();
            return Finding.Of(answers.All(answer => answer.Reached), $"{string.Join("; ", answers.Select(answer => answer.Text))}; {StoreText}");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or UriFormatException)
        {
            return Finding.PutOff($"unknown: what finetune-model reach said cannot be read ({exception.Message})");
        }
    }

    private static (bool Reached, string Text) Answer(JsonElement answer)
    {
        var name = new Uri(answer.GetProperty("url").GetString()!).Authority;
        return answer.GetProperty("reached").GetBoolean()
            ? (true, string.Create(CultureInfo.InvariantCulture, $"{name} in {answer.GetProperty("milliseconds").GetInt64()} ms"))
            : (false, $"{name} not reached ({answer.GetProperty("error").GetString()})");
    }
}
