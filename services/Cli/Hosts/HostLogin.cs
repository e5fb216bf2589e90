using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FineTunePipeline.Cli.Hosts;

/// <summary>How a person's own <c>ssh</c> gets to a host, and where the job's folder is there.</summary>
/// <param name="Ssh">Its arguments; what is to be run there follows. As an URL the address cannot be taken for an option.</param>
/// <param name="HostName">As the person calls it.</param>
/// <param name="JobFolder">Absolute; null: the job has not moved in.</param>
internal sealed partial record HostLogin(IReadOnlyList<string> Ssh, string HostName, string? JobFolder)
{
    /// <param name="hosts">As the gateway lists them.</param>
    /// <param name="name">A job that has a host, or the host's name.</param>
    /// <exception cref="CliException">There is no such host, or no way to it by ssh's arguments alone.</exception>
    public static HostLogin Of(JsonArray hosts, string name)
    {
        var host = hosts.FirstOrDefault(host => Output.Text(host!, "name") == name) ?? OfJob(hosts, name)
            ?? throw new CliException(
                ExitCodes.BadInput, $"{Output.OneLine(name)} has no host now: a job has one of yours from its stage provision to its end, with provider.name: ssh. `finetune hosts` shows who has which.");
        return Read(host);
    }

    /// <summary>The host that a job has now; null: it has none.</summary>
    public static HostLogin? OfJobNow(JsonArray hosts, string jobId) => OfJob(hosts, jobId) is { } host ? Read(host) : null;

    /// <summary>One that was lost is the job's only until it has another.</summary>
    private static JsonNode? OfJob(JsonArray hosts, string jobId) => hosts
        .Where(host => Output.Text(host!, "job_id") == jobId && Output.Text(host!, "state") is not ("free" or "removed"))
        .OrderBy(host => Output.Text(host!, "state") == "lost")
        .FirstOrDefault();

    private static HostLogin Read(JsonNode host)
    {
        IReadOnlyList<string> ssh = Output.Text(host, "address").Split(' ') switch
        {
            [var address, "--proxy", var proxy] when Proxy().Match(proxy) is { Success: true } match => ["-o", $"ProxyCommand=nc -X 5 -x {match.Groups[1].Value} %h %p", "ssh://" + address],
            [.., "--proxy", _] => throw new CliException(ExitCodes.BadInput, $"ssh cannot be told of such a way in one line: write it into your ~/.ssh/config. The host is {Output.Text(host, "address")}."),
            ["ssh", "-J", var jump, var address] => ["-J", jump, "ssh://" + address],
            [var address] => ["ssh://" + address],
            _ => throw new CliException(ExitCodes.Gateway, $"The gateway's answer is not understood: {Output.Text(host, "address")} is no address of a host."),
        };
        return new HostLogin(ssh, Output.Text(host, "name"), Output.Text(host, "job_folder") is { Length: > 0 } folder ? folder : null);
    }

    /// <summary>ssh gives it to a shell.</summary>
    [GeneratedRegex(@"^socks5://([A-Za-z0-9_.-]+:[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Proxy();
}
