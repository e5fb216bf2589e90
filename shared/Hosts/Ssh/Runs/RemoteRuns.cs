using System.Globalization;
using System.Text;
using FineTunePipeline.Hosts.Ssh.Commands;
using FineTunePipeline.Hosts.Ssh.Files;
using FineTunePipeline.Hosts.Ssh.Transfers;

namespace FineTunePipeline.Hosts.Ssh.Runs;

/// <summary>Starts, looks at and stops runs in run folders of the host, through <c>supervise.sh</c>, which is put there when it is missing.</summary>
/// <param name="workFolder">The script lies below it.</param>
internal sealed class RemoteRuns(RemoteCalls calls, RemoteFiles files, FileUpload uploads, string workFolder)
{
    private const int NoScript = 97;

    /// <summary>Of a call that did not come to its script, because the lease has left the host: nothing of it runs there.</summary>
    private static readonly RemoteResult Left = new(NoScript, [], "the lease has left this host");

    /// <summary>What the supervisor itself needs to end a run that does not go, on top of the grace.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(60);

    private readonly string _script = SupervisorScript.PathIn(workFolder);
    private readonly SemaphoreSlim _placing = new(1);
    private bool _isPlaced;

    public async Task<bool> StartAsync(string folder, HostCommand command, CancellationToken cancellationToken)
    {
        var lines = Encoding.UTF8.GetBytes(CommandScript.ToStart(command));
        if ((await LookAsync(folder, cancellationToken).ConfigureAwait(false)).State != RunState.None)
        {
            return false;
        }

        await uploads.UploadAsync(new MemoryStream(lines), $"{folder}/{RunFolder.CommandScript}", isPrivate: true, cancellationToken).ConfigureAwait(false);
        var result = await SuperviseAsync(calls.Options.CallTimeout, cancellationToken, "start", folder, Seconds(command.TimeLimit)).ConfigureAwait(false);
        return result.ExitCode switch
        {
            0 => true,
            RunFolder.AlreadyHasRun => false,
            _ => throw new IOException($"{calls.Pool.Endpoint} could not start {command.FileName} in {folder} (exit code {result.ExitCode}): {result.Error}"),
        };
    }

    public async Task<RunLook> LookAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await SuperviseAsync(calls.Options.CallTimeout, cancellationToken, "look", folder).ConfigureAwait(false);
        if (result == Left)
        {
            return new RunLook { State = RunState.None };
        }

        var line = Encoding.UTF8.GetString(result.Output).Trim();
        return result.ExitCode == 0 && RunLine.TryRead(line, out var look)
            ? look
            : throw new IOException($"{calls.Pool.Endpoint} could not look at {folder} (exit code {result.ExitCode}): {line} {result.Error}".TrimEnd());
    }

    public async Task StopAsync(string folder, TimeSpan grace, CancellationToken cancellationToken)
    {
        var result = await SuperviseAsync(grace + KillLimit, cancellationToken, "stop", folder, Seconds(grace)).ConfigureAwait(false);
        if (result.ExitCode != 0 && result != Left)
        {
            throw new TimeoutException($"The run in {folder} on {calls.Pool.Endpoint} was not ended (exit code {result.ExitCode}): {result.Error}");
        }
    }

    private async Task<RemoteResult> SuperviseAsync(TimeSpan limit, CancellationToken cancellationToken, string verb, string folder, params string[] more)
    {
        HostPath.Absolute(folder);
        if (!await PlaceAsync(cancellationToken).ConfigureAwait(false))
        {
            return Left;
        }

        var result = await CallAsync().ConfigureAwait(false);
        if (result.ExitCode == NoScript)
        {
            // The disk was replaced, or cleaned, since we put it there. Nothing has run.
            _isPlaced = false;
            result = await PlaceAsync(cancellationToken).ConfigureAwait(false) ? await CallAsync().ConfigureAwait(false) : Left;
        }

        return result;

        Task<RemoteResult> CallAsync() => calls.RunAsync(
            new RemoteScript("[ -f \"$1\" ] || exit 97; exec sh \"$@\" </dev/null", [_script, verb, folder, .. more]), $"supervise.sh {verb} {folder}", limit, cancellationToken);
    }

    /// <summary>False: the lease has left the host, and with it its folder.</summary>
    private async Task<bool> PlaceAsync(CancellationToken cancellationToken)
    {
        if (_isPlaced)
        {
            return true;
        }

        await _placing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isPlaced && !await IsThereAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await HasLeftAsync(cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                await uploads.UploadAsync(new MemoryStream(SupervisorScript.Bytes), _script, isPrivate: false, cancellationToken).ConfigureAwait(false);
            }

            return _isPlaced = true;
        }
        finally
        {
            _placing.Release();
        }
    }

    private async Task<bool> HasLeftAsync(CancellationToken cancellationToken) =>
        calls.Lease is { } lease && (await calls.RunAsync(new RemoteScript("[ -d \"$1\" ]", lease), $"looking for {lease}", calls.Options.CallTimeout, cancellationToken).ConfigureAwait(false)).ExitCode != 0;

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await files.HashAsync(_script, cancellationToken).ConfigureAwait(false) == SupervisorScript.Sha256;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Whole seconds, upwards: never shorter than asked for.</summary>
    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
