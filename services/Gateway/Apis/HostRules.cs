using System.Text.RegularExpressions;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Hosts.Ssh;

namespace FineTunePipeline.Gateway.Apis;

/// <summary>Reads what a person says of a host.</summary>
internal static partial class HostRules
{
    private const int LongestText = 200;
    private const int LongestCommand = 2000;

    /// <summary>The command for Provisioning.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="name">Of the host that is changed; null: a new one.</param>
    /// <exception cref="FormatException">Something in it is wrong; the message says what to change.</exception>
    public static SetHost Read(HostRequest request, string? name)
    {
        var endpoint = request.Address is null ? null : SshEndpoint.Parse(request.Address);
        if (endpoint is null && name is null)
        {
            throw new FormatException("It has no address: say how one logs in, such as 'ssh -p 34222 root@connect.example.com'.");
        }

        if (request.Password is { Length: 0 or > LongestText })
        {
            throw new FormatException($"A password has 1 to {LongestText} characters.");
        }

        if (request.StatusCommand is { Length: > LongestCommand } || request.StatusCommand?.Contains('\0', StringComparison.Ordinal) == true)
        {
            throw new FormatException($"A status command has at most {LongestCommand} characters, and no NUL: put a longer one into a file, and name that.");
        }

        name ??= request.Name ?? NameOf(endpoint!);
        return new SetHost
        {
            HostName = Name().IsMatch(name)
                ? name : throw new FormatException($"'{name}' cannot be a host's name: 1 to 63 letters, digits, dots, dashes and underscores, not beginning with 'ftjob-'."),
            Address = endpoint?.ToString(),
            HourlyPrice = request.HourlyPrice is null or (>= 0 and < 100_000)
                ? request.HourlyPrice : throw new FormatException("The price of an hour is not a number from 0 to 100000."),
            Currency = request.Currency is null or "CNY" or "USD" ? request.Currency : throw new FormatException($"'{request.Currency}' is not a currency that is known here: CNY or USD."),
            Gpu = request.Gpu is null or { Length: <= LongestText } ? request.Gpu : throw new FormatException($"The name of the graphics card is longer than {LongestText} characters."),
            WorkFolder = request.WorkFolder is null || (request.WorkFolder.StartsWith('/') && !request.WorkFolder.AsSpan().ContainsAny('\n', '\0') && request.WorkFolder.Length <= LongestText)
                ? request.WorkFolder?.TrimEnd('/') : throw new FormatException($"'{request.WorkFolder}' is not an absolute folder of a host."),
            OnRelease = request.OnRelease is null or { Length: > 0 and <= LongestText } && request.OnRelease?.AsSpan().ContainsAny('\n', '\0') != true
                ? request.OnRelease : throw new FormatException($"What is done when a job gives the host back is 'keep', 'shutdown', or one line of at most {LongestText} characters."),
            ForgetStatusCommand = string.IsNullOrWhiteSpace(request.StatusCommand) && request.StatusCommand is not null,
            ForgetKey = request.ForgetKey,
        };
    }

    private static string NameOf(SshEndpoint endpoint) => FormattableString.Invariant($"{endpoint.Host.Replace(':', '-')}-{endpoint.Port}");

    [GeneratedRegex("^(?!ftjob-)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
