using System.Text;

namespace FineTunePipeline.Hosts.Ssh.Commands;

/// <summary>Runs the commands of others (<see cref="IComputeHost.RunAsync"/>).</summary>
internal sealed class RemoteCommands(RemoteCalls calls)
{
    public async Task<CommandResult> RunAsync(HostCommand command, CancellationToken cancellationToken)
    {
        var lines = Encoding.UTF8.GetBytes(CommandScript.ToRun(command));
        using var limit = new CancellationTokenSource(command.TimeLimit, calls.Pool.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        RemoteProcess? process = null;
        try
        {
            process = await RemoteProcess.StartAsync(calls.Pool, new RemoteScript("exec sh"), either.Token, TailBuffer.ResultBytes).ConfigureAwait(false);
            await process.WriteAsync(lines, either.Token).ConfigureAwait(false);
            await process.CloseInputAsync(either.Token).ConfigureAwait(false);
            return await ToEndAsync(process, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever is told that it was ended must be able to rely on it.
            var isEnded = process is not null && await process.KillAsync().ConfigureAwait(false);
            throw new TimeoutException(
                $"{command.FileName} ran longer than {command.TimeLimit} on {calls.Pool.Endpoint} and {(isEnded ? "was" : "could not be")} ended. {process?.ErrorText}".TrimEnd());
        }
        finally
        {
            await (process?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        }
    }

    private static async Task<CommandResult> ToEndAsync(RemoteProcess process, CancellationToken cancellationToken)
    {
        var output = new TailBuffer(TailBuffer.ResultBytes);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await process.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            output.Append(buffer.AsSpan(0, read));
        }

        return new CommandResult(await process.ExitAsync(cancellationToken).ConfigureAwait(false), output.ToString(), process.ErrorText);
    }
}
