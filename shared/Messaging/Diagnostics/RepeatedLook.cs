using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Diagnostics;

/// <summary>Looks at something again and again for as long as the process runs. A look that fails is logged; the next one finds the same again.</summary>
public abstract partial class RepeatedLook(TimeSpan every, TimeProvider time, ILogger logger) : BackgroundService
{
    protected TimeProvider Time => time;

    protected ILogger Logger => logger;

    /// <summary>One look.</summary>
    protected abstract Task OnceAsync(CancellationToken cancellationToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await OnceAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LookFailed(logger, exception, GetType().Name);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A look of {Watch} failed")]
    private static partial void LookFailed(ILogger logger, Exception exception, string watch);
}
