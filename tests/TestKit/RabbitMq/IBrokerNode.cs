namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>One RabbitMQ server that a test may use, and end as a crash does.</summary>
internal interface IBrokerNode : IAsyncDisposable
{
    /// <summary><c>amqp://user:password@host:port/</c>, the same before and after a restart.</summary>
    Uri Address { get; }

    /// <summary>Runs <c>rabbitmqctl</c> and returns what it wrote; throws with its error when it fails.</summary>
    Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken);

    /// <summary><c>kill -9</c>: nothing is flushed, no connection is closed.</summary>
    Task KillAsync(CancellationToken cancellationToken);

    /// <summary>Starts it on the data it has, and returns when it takes connections.</summary>
    Task StartAsync(CancellationToken cancellationToken);
}
