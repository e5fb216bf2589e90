using System.Diagnostics;
using System.Globalization;

namespace FineTunePipeline.Cli.Hosts;

/// <summary>
/// Something that runs on a job's host for as long as this program wants it: <see cref="HostScripts.Run"/>. It ends with the connection, with the job, or at its limit.
/// </summary>
internal sealed class HostRun : IAsyncDisposable
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    private readonly Process _ssh;
    private readonly CancellationTokenSource _beating = new();
    private readonly Task _beats;

    private HostRun(Process ssh)
    {
        _ssh = ssh;
        _beats = BeatAsync();
        Ended = ReadAsync();
    }

    /// <summary>Completes when nothing runs there any more.</summary>
    public Task<HostRunEnd> Ended { get; }

    /// <param name="options">Of ssh.</param>
    /// <param name="name">Part of the run folder's name.</param>
    /// <param name="limit">Longest time.</param>
    /// <param name="lines">What is run: lines of a shell.</param>
    /// <param name="result">The file that is read at a good end; empty: none.</param>
    public static async Task<HostRun> StartAsync(JobHost host, IReadOnlyList<string> options, string name, TimeSpan limit, string lines, string result = "")
    {
        var ssh = HostSsh.Start(
            host.Login, options, HostScripts.Run, host.Folder, name, ((int)Math.Ceiling(limit.TotalSeconds)).ToString(CultureInfo.InvariantCulture), result);
        try
        {
            await ssh.StandardInput.WriteAsync(lines.ReplaceLineEndings("\n").TrimEnd('\n') + "\n.\n");
            await ssh.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended already; why is read below.
        }

        return new HostRun(ssh);
    }

    /// <summary>Ends it there, and waits until that is done.</summary>
    public async ValueTask DisposeAsync()
    {
        await _beating.CancelAsync();
        await _beats;
        CloseInput();
        try
        {
            await _ssh.WaitForExitAsync().WaitAsync(EndLimit);
        }
        catch (TimeoutException)
        {
            // The connection hangs: the host ends it when no line comes any more.
            HostSsh.End(_ssh);
        }

        await Ended;
        _ssh.Dispose();
        _beating.Dispose();
    }

    private void CloseInput()
    {
        try
        {
            _ssh.StandardInput.Close();
        }
        catch (IOException)
        {
            // The connection has ended.
        }
    }

    private async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await _ssh.StandardInput.WriteAsync("\n".AsMemory(), _beating.Token);
                await _ssh.StandardInput.FlushAsync(_beating.Token);
                await Task.Delay(BeatEvery, _beating.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The end of ssh, or of the wish.
        }
    }

    private async Task<HostRunEnd> ReadAsync()
    {
        var end = HostRunEnd.Lost;
        while (await _ssh.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "gone")
            {
                end = HostRunEnd.Gone;
            }
            else if (line.StartsWith("ended ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
            {
                return new HostRunEnd(HostRunState.Ended, code, await _ssh.StandardOutput.ReadToEndAsync());
            }
        }

        return end;
    }
}
