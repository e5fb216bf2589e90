using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Testcontainers.RabbitMq;

namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>A broker in a container of its own, by Testcontainers.</summary>
internal sealed class ContainerBrokerNode : IBrokerNode
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly RabbitMqContainer _container;

    private ContainerBrokerNode(RabbitMqContainer container) => _container = container;

    public Uri Address => new(_container.GetConnectionString());

    /// <exception cref="DotNet.Testcontainers.Builders.DockerUnavailableException">No container engine answers.</exception>
    public static async Task<ContainerBrokerNode> RunAsync(CancellationToken cancellationToken)
    {
        // Where no registry can be reached, tests/run makes an image of its own and names it.
        var image = Environment.GetEnvironmentVariable("FINETUNE_TEST_CONTAINERS_RABBITMQ") ?? "docker.io/library/rabbitmq:3.13";
        // Docker gives a container that is started again another port, unless the port was asked for.
        var node = new ContainerBrokerNode(new RabbitMqBuilder(image).WithPortBinding(FreePort.Find(), RabbitMqBuilder.RabbitMqPort).Build());
        await node._container.StartAsync(cancellationToken);
        return node;
    }

    public async Task<string> ControlAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var result = await _container.ExecAsync(["rabbitmqctl", "-q", .. arguments], cancellationToken);
        return result.ExitCode == 0
            ? result.Stdout
            : throw new InvalidOperationException($"rabbitmqctl {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Stdout}{result.Stderr}");
    }

    public async Task KillAsync(CancellationToken cancellationToken)
    {
        // Testcontainers itself only stops, which lets the broker flush.
        using var docker = TestcontainersSettings.OS.DockerEndpointAuthConfig.GetDockerClientBuilder(Guid.NewGuid()).Build();
        await docker.Containers.KillContainerAsync(_container.Id, new ContainerKillParameters { Signal = "SIGKILL" }, cancellationToken);
        await docker.Containers.WaitContainerAsync(_container.Id, cancellationToken);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _container.StartAsync(cancellationToken);
        // The line that Testcontainers waits for may be the one of the start before, and rabbitmqctl cannot wait for a node that is not there yet.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while ((await _container.ExecAsync(["rabbitmqctl", "-q", "await_startup"], limit.Token)).ExitCode != 0)
        {
            await Task.Delay(LookEvery, limit.Token);
        }
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
