using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>
/// Starts the bus once the broker lets us in. MassTransit's own start gives up on wrong credentials, tells every try with stack traces, and would hold back
/// the HTTP server that says why nothing happens. Also starts the bus again if it stays away although the broker is there.
/// </summary>
internal sealed class BrokerConnection(
    IBusControl bus, IOptions<RabbitMqOptions> options, BrokerFault told, TimeProvider time, ILogger<BrokerConnection> logger) : BackgroundService
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>How long the broker must answer before the bus is started again: above MassTransit's longest wait between two of its own tries (30 s, and some more).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>
    /// How long the broker must answer before a start that does not end is broken off: MassTransit itself waits for ever for an endpoint that hangs
    /// (such as by what <see cref="DeclareInTurns"/> prevents).
    /// </summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopLimitToStartAgain = TimeSpan.FromMinutes(1);

    private readonly BusEndpoints _endpoints = new();
    private bool _begun;
    private bool _hangs;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = new CancellationTokenSource(StopLimit, time);
        await StopBusAsync(limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var observed = bus.ConnectReceiveEndpointObserver(_endpoints);
        var wait = FirstWait;
        while (true)
        {
            try
            {
                await ProbeAsync(stoppingToken);
                await StartBusAsync(stoppingToken);
                _begun = true;
                logger.Connected(options.Value);
                (told.Text, wait) = ("", FirstWait);
                await UntilLostAsync(Patience, stoppingToken);
            }
            catch (Exception exception)
            {
                // A start that is broken off fails in many ways; none of them may end the process with a stack trace.
                stoppingToken.ThrowIfCancellationRequested();
                Tell(exception, wait);
            }

            await StopToStartAgainAsync();
            await Task.Delay(wait, time, stoppingToken);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    /// <exception cref="TimeoutException">The broker is there, and the start does not end: it was broken off.</exception>
    private async Task StartBusAsync(CancellationToken stopping)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var started = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var start = bus.StartAsync(broken.Token);
        var lost = UntilLostAsync(StartPatience, started.Token);
        if (await Task.WhenAny(start, lost) == start)
        {
            await started.CancelAsync();
            await lost.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await start;
            return;
        }

        // It then stops what had begun; what it waits for besides may never come.
        await lost;
        await broken.CancelAsync();
        await ((Task)start).WaitAsync(StopLimitToStartAgain, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hangs = !start.IsCompleted;
        throw new TimeoutException("The broker answers, and the bus did not start.");
    }

    /// <summary>One line for each new reason, however often it is tried.</summary>
    private void Tell(Exception exception, TimeSpan wait)
    {
        logger.TriesAgain(exception, wait);
        var fault = BrokerFaults.Explain(exception, options.Value);
        if (fault != told.Text)
        {
            told.Text = fault;
            logger.NotConnected(fault);
        }
    }

    private async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var broker = options.Value;
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            VirtualHost = broker.VirtualHost,
            UserName = broker.User,
            Password = broker.Password,
            AutomaticRecoveryEnabled = false,
        };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);

        // A virtual host that is refused shows with the first channel: until then the broker's answer may be on its way.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await connection.CloseAsync(cancellationToken);
    }

    /// <summary>Returns when the broker has let us in for longer than the bus's own tries take, and the bus has not come back.</summary>
    private async Task UntilLostAsync(TimeSpan patience, CancellationToken stopping)
    {
        long? answers = null;
        while (true)
        {
            await Task.Delay(LookEvery, time, stopping);
            if (bus.CheckHealth().Status == BusHealthStatus.Healthy || !await AnswersAsync(stopping))
            {
                answers = null;
            }
            else if (time.GetElapsedTime(answers ??= time.GetTimestamp()) is var silent && silent > patience)
            {
                logger.StartsAgain(silent);
                return;
            }
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ProbeAsync(cancellationToken);
            return true;
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            logger.TriesAgain(exception, LookEvery);
            return false;
        }
    }

    /// <summary>A bus that was only half stopped would start without some of its endpoints: their jobs would wait, and nobody would see why.</summary>
    /// <exception cref="InvalidOperationException">It could not be stopped: this process must end.</exception>
    private async Task StopToStartAgainAsync()
    {
        using var limit = new CancellationTokenSource(StopLimitToStartAgain, time);
        await StopBusAsync(limit.Token);
        try
        {
            await _endpoints.StopAsync(limit.Token);
            if (_hangs)
            {
                throw new TimeoutException("Its start cannot be broken off.");
            }
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException("The bus could not be stopped, so it cannot be started again in this process. It ends: start it again, nothing is lost.", exception);
        }
    }

    private async Task StopBusAsync(CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            return;
        }

        _begun = false;
        try
        {
            await bus.StopAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            // It cannot say farewell to a broker that is gone.
            logger.NotStopped(exception);
        }
    }
}
