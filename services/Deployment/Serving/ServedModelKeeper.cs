using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Hosts;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Deployment.Serving;

/// <summary>
/// Starts model servers again that should be up and are not: killed, crashed, or gone with a reboot. On the same port, because people and the gateway
/// have its address. Of several keepers the one that writes the next generation first starts it.
/// </summary>
internal sealed partial class ServedModelKeeper(
    ServedModelTable table,
    ModelServers servers,
    IOptions<DeploymentOptions> options,
    TimeProvider time,
    ILogger<ServedModelKeeper> logger) : BackgroundService
{
    private const int SlowestAfterFailures = 6;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.LookEvery, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogLookFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var model in await table.OfMachineAsync(servers.MachineId, cancellationToken))
        {
            if (model.State != ServedModelState.Up || model.NotBefore > Now)
            {
                continue;
            }

            if ((await servers.LookAsync(model, cancellationToken)).State != RunState.Running)
            {
                await RestartAsync(model, cancellationToken);
            }
        }
    }

    private async Task RestartAsync(ServedModel dead, CancellationToken cancellationToken)
    {
        // While this start is under way nobody else begins one; if we die in it, somebody does once the time is over.
        var next = dead with { Generation = dead.Generation + 1, Failures = dead.Failures + 1, NotBefore = Now + Milliseconds(options.Value.StartLimit) };
        if (!await table.ReplaceAsync(dead, next, cancellationToken))
        {
            return;
        }

        try
        {
            await servers.StartAsync(next, cancellationToken);
            LogRestarted(next.JobId, next.Port);
        }
        catch (Exception exception) when (exception is StageException or IOException or TimeoutException)
        {
            // Ended before the row is freed: the next generation wants the port.
            await servers.StopAsync(next, cancellationToken);
            var wait = TimeSpan.FromSeconds(1 << Math.Min(next.Failures, SlowestAfterFailures));
            await table.ReplaceAsync(next, next with { NotBefore = Now + Milliseconds(wait) }, cancellationToken);
            LogRestartFailed(exception, next.JobId, next.Port, wait);
            return;
        }

        // A server that dies at once counts its failures up; one that has stayed up for a while begins anew.
        var failures = await IsSettledAsync(next, cancellationToken) ? 0 : next.Failures;
        var settled = next with { NotBefore = Now + Milliseconds(options.Value.LookEvery), Failures = failures };
        if (!await table.ReplaceAsync(next, settled, cancellationToken))
        {
            // Stopped or replaced meanwhile: what we started is not wanted.
            await servers.StopAsync(next, cancellationToken);
        }
    }

    private async Task<bool> IsSettledAsync(ServedModel model, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        return (await servers.LookAsync(model, cancellationToken)).State == RunState.Running;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static long Milliseconds(TimeSpan duration) => (long)duration.TotalMilliseconds;

    [LoggerMessage(LogLevel.Warning, "The model server of {JobId} was down; it is up again on port {Port}.")]
    private partial void LogRestarted(string jobId, int port);

    [LoggerMessage(LogLevel.Error, "The model server of {JobId} cannot be started again on port {Port}; next try in {Wait}.")]
    private partial void LogRestartFailed(Exception exception, string jobId, int port, TimeSpan wait);

    [LoggerMessage(LogLevel.Error, "Model servers could not be looked at.")]
    private partial void LogLookFailed(Exception exception);
}
