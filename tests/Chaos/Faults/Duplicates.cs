using FineTunePipeline.Contracts.Stages;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace FineTunePipeline.Chaos.Faults;

/// <summary>
/// Sees every message by a queue beside each endpoint's own, and delivers some of them to the endpoint once more, byte for byte, up to half a minute later.
/// </summary>
internal sealed class Duplicates(Uri broker, int seed)
{
    private const double Share = 0.2;
    private const string Prefix = "chaos-";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly string[] Endpoints =
        ["gateway-views", "orchestrator", "orchestrator-provenance", .. Enum.GetNames<Stage>().Select(stage => "stage-" + stage.ToLowerInvariant())];

    private readonly Random _random = new(seed + 3);
    private int _sent;

    public int Sent => _sent;

    public static bool IsBeside(string queue) => queue.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Connects again whenever the broker was away.</summary>
    /// <param name="listening">Completed when the queues are there for the first time.</param>
    public async Task RunAsync(TaskCompletionSource listening, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(listening, cancellationToken);
            }
            catch (Exception exception) when (exception is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException or IOException)
            {
                // Killed; the next try finds it started again.
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async Task ListenAsync(TaskCompletionSource listening, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        foreach (var endpoint in Endpoints)
        {
            await channel.QueueDeclareAsync(Prefix + endpoint, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(Prefix + endpoint, endpoint, "", cancellationToken: cancellationToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, message) =>
            {
                Seen(connection, endpoint, message.Body.ToArray(), new BasicProperties(message.BasicProperties), cancellationToken);
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(Prefix + endpoint, autoAck: true, consumer, cancellationToken);
        }

        listening.TrySetResult();
        await lost.Task.WaitAsync(cancellationToken);
    }

    private void Seen(IConnection connection, string endpoint, byte[] body, BasicProperties properties, CancellationToken cancellationToken)
    {
        lock (_random)
        {
            if (_random.NextDouble() < Share)
            {
                _ = AgainAsync(connection, endpoint, body, properties, Longest * Math.Pow(_random.NextDouble(), 3), cancellationToken);
            }
        }
    }

    /// <summary>Straight to the queue: through the exchange it would be seen here again.</summary>
    private async Task AgainAsync(IConnection connection, string endpoint, byte[] body, BasicProperties properties, TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, cancellationToken);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.BasicPublishAsync("", endpoint, mandatory: true, properties, body, cancellationToken);
            Interlocked.Increment(ref _sent);
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or OperationCanceledException or IOException)
        {
            // The broker was killed meanwhile, or the run is over: this one is not delivered twice.
        }
    }
}
