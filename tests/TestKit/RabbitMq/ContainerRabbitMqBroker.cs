namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>A RabbitMQ in a container in any case, also where <c>tests/run</c> started a broker of its own: what a test of Testcontainers itself asks for.</summary>
public sealed class ContainerRabbitMqBroker : RabbitMqBroker
{
    private protected override async Task<(IBrokerNode? Node, string Missing)> FindAsync(CancellationToken cancellationToken) =>
        Environment.GetEnvironmentVariable("FINETUNE_TEST_CONTAINERS_MISSING") is { } missing
            ? (null, $"Containers: {missing}")
            : (await ContainerBrokerNode.RunAsync(cancellationToken), "");
}
