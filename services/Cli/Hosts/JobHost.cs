using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Prepare;

namespace FineTunePipeline.Cli.Hosts;

/// <summary>A job's host, as it was asked by the person's own <c>ssh</c>.</summary>
/// <param name="Login">How to get there.</param>
/// <param name="FreePort">On the host's loopback, a moment ago.</param>
/// <param name="Job">What it holds of the job.</param>
internal sealed record JobHost(HostLogin Login, int FreePort, JobOnHost Job)
{
    private const int TriedPorts = 16;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Where the job's folder is on the host.</summary>
    public string Folder => Login.JobFolder!;

    /// <exception cref="CliException">It cannot be asked, or is not prepared for the job yet.</exception>
    public static async Task<JobHost> AskAsync(HostLogin login, string jobId, CancellationToken cancellationToken)
    {
        var notYet = new CliException(ExitCodes.BadInput, $"{login.HostName} is not prepared for {Output.OneLine(jobId)} yet: wait until its stage train has begun.");
        if (login.JobFolder is not { } folder)
        {
            throw notYet;
        }

        var ports = string.Join(' ', Enumerable.Range(0, TriedPorts).Select(_ => Random.Shared.Next(20_000, 32_000).ToString(CultureInfo.InvariantCulture)));
        using var ssh = HostSsh.Start(login, [], HostScripts.Look, folder, ports);
        ssh.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var said = await ssh.StandardOutput.ReadToEndAsync(limit.Token);
            await ssh.WaitForExitAsync(limit.Token);
            if (ssh.ExitCode == HostSsh.Failed)
            {
                throw new CliException(ExitCodes.BadInput, $"ssh cannot get to {login.HostName}; `finetune ssh {login.HostName}` must work first.");
            }

            return Read(login, said) ?? throw notYet;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.BadInput, $"{login.HostName} did not answer within {Limit.TotalMinutes:0} minutes.");
        }
        finally
        {
            HostSsh.End(ssh);
        }
    }

    private static JobHost? Read(HostLogin login, string said)
    {
        var end = said.IndexOf('\n', StringComparison.Ordinal);
        if (end <= 0 || said.Length == end + 1 || !int.TryParse(said.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        try
        {
            return new JobHost(login, port, JsonSerializer.Deserialize<JobOnHost>(said.AsSpan(end + 1), ContractJson.Options)!);
        }
        catch (JsonException exception)
        {
            throw new CliException(ExitCodes.Gateway, $"{JobOnHost.FileName} on {login.HostName} is not understood ({Output.OneLine(exception.Message)}); are the services of another version than this program?");
        }
    }
}
