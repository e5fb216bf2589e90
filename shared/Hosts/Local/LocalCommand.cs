using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using FineTunePipeline.Hosts.Processes;

namespace FineTunePipeline.Hosts.Local;

/// <summary>Runs a short command to its end and keeps what it said.</summary>
internal static class LocalCommand
{
    private const int KeptCharacters = 1 << 20;
    private const int NoSuchProgram = 127;

    /// <summary>A grandchild may hold the pipes open after the command has ended; what it says later is not waited for.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    public static async Task<CommandResult> RunAsync(HostCommand command, TimeProvider time, CancellationToken cancellationToken)
    {
        var info = CommandStart.Info(command);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        info.StandardOutputEncoding = info.StandardErrorEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        using var process = TryStart(info, out var missing);
        if (process is null)
        {
            return new CommandResult(NoSuchProgram, string.Empty, missing + "\n");
        }

        process.StandardInput.Close();
        var output = new Tail(process.StandardOutput);
        var error = new Tail(process.StandardError);

        using var limit = new CancellationTokenSource(command.TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command.FileName} ran longer than {command.TimeLimit} and was ended. {error.Text}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        await Task.WhenAny(Task.WhenAll(output.Done, error.Done), Task.Delay(DrainLimit, time, cancellationToken)).ConfigureAwait(false);
        return new CommandResult(process.ExitCode, output.Text, error.Text);
    }

    /// <summary>A program that is not there, or must not be run, is a result, as it is for a shell.</summary>
    private static Process? TryStart(ProcessStartInfo info, out string? missing)
    {
        try
        {
            missing = null;
            return Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} was not started.");
        }
        catch (Win32Exception exception)
        {
            missing = $"{info.FileName}: {exception.Message}";
            return null;
        }
    }

    /// <summary>
    /// Reads a pipe to its end, so that the command never blocks on it, and keeps the last part. On a thread of its own: where the pool's threads all wait for a
    /// locked database, what a command said would else not be read before <see cref="DrainLimit"/> is over, and be lost.
    /// </summary>
    private sealed class Tail
    {
        private readonly StringBuilder _kept = new();

        public Tail(StreamReader reader) =>
            Done = Task.Factory.StartNew(() => Read(reader), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        public Task Done { get; }

        public string Text
        {
            get
            {
                lock (_kept)
                {
                    return _kept.ToString();
                }
            }
        }

        private void Read(StreamReader reader)
        {
            var buffer = new char[8192];
            try
            {
                int read;
                while ((read = reader.Read(buffer, 0, buffer.Length)) > 0)
                {
                    lock (_kept)
                    {
                        _kept.Append(buffer, 0, read);
                        if (_kept.Length > 2 * KeptCharacters)
                        {
                            _kept.Remove(0, _kept.Length - KeptCharacters);
                        }
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The pipe was closed under us because nobody waits for it any more.
            }
            finally
            {
                lock (_kept)
                {
                    _kept.Remove(0, Math.Max(0, _kept.Length - KeptCharacters));
                }
            }
        }
    }
}
