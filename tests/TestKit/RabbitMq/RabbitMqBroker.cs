using System.Text.Json;
using DotNet.Testcontainers.Builders;
using Xunit;

namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>
/// A real RabbitMQ with a virtual host of its own for a test class: the one that <c>tests/run</c> started and <c>FINETUNE_TEST_RABBITMQ</c> names, else one by
/// Testcontainers. Where there is neither, the first use skips the test with the reason.
/// </summary>
public class RabbitMqBroker : IAsyncLifetime
{
    /// <summary>
    /// The collection for classes that kill the broker: it runs alone, since the other classes of the run share that broker. Declare it in the test assembly
    /// with <c>DisableParallelization</c>.
    /// </summary>
    public const string Alone = "Broker alone";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private IBrokerNode? _node;
    private string _missing = "RabbitMQ was not asked for.";

    /// <summary><c>amqp://user:password@host:port/virtual-host</c>; the same after a restart.</summary>
    public Uri Address => new(Node.Address, VirtualHost);

    /// <summary>The class's own virtual host.</summary>
    public string VirtualHost { get; } = $"test-{Guid.NewGuid():N}";

    private IBrokerNode Node
    {
        get
        {
            Assert.SkipWhen(_node is null, _missing);
            return _node;
        }
    }

    /// <summary>Ends the broker as a crash does, for every virtual host: only in the collection <see cref="Alone"/>, or on a broker in a container.</summary>
    public Task KillAsync(CancellationToken cancellationToken = default) => Node.KillAsync(cancellationToken);

    /// <summary>Starts the killed broker on its own data; returns when it takes connections.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Node.StartAsync(cancellationToken);

    /// <summary>The queues of the class's virtual host.</summary>
    public async Task<IReadOnlyList<BrokerQueue>> QueuesAsync(CancellationToken cancellationToken = default)
    {
        string[] arguments = ["list_queues", "-p", VirtualHost, "name", "type", "durable", "messages", "consumers", "--formatter", "json"];
        return JsonSerializer.Deserialize<BrokerQueue[]>(await Node.ControlAsync(arguments, cancellationToken), Json)!;
    }

    /// <summary>
    /// Has the broker write to its disk which queues there are. It confirms a declared queue at once and writes it up to two seconds later: one that is killed
    /// in between forgets the queue, and with it the messages it confirmed.
    /// </summary>
    public Task SettleAsync(CancellationToken cancellationToken = default) => Node.ControlAsync(["eval", "mnesia:sync_log()."], cancellationToken);

    public async ValueTask InitializeAsync()
    {
        try
        {
            (_node, _missing) = await FindAsync(CancellationToken.None);
        }
        catch (DockerUnavailableException)
        {
            _missing = "RabbitMQ: `bash tests/run` starts it, and no container engine answers here.";
        }

        if (_node is not null)
        {
            await _node.ControlAsync(["add_vhost", VirtualHost], CancellationToken.None);
            await _node.ControlAsync(["set_permissions", "-p", VirtualHost, Uri.UnescapeDataString(_node.Address.UserInfo.Split(':')[0]), ".*", ".*", ".*"], CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await LeaveAsync(_node);
            await _node.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    private protected virtual async Task<(IBrokerNode? Node, string Missing)> FindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("FINETUNE_TEST_RABBITMQ") is { } address)
        {
            return Environment.GetEnvironmentVariable("FINETUNE_TEST_RABBITMQ_CONTROL") is { } control
                ? (new StartedBrokerNode(new Uri(address), control), "")
                : (null, "FINETUNE_TEST_RABBITMQ names a broker, but FINETUNE_TEST_RABBITMQ_CONTROL no program that controls it (`bash tests/run` sets both).");
        }

        return Environment.GetEnvironmentVariable("FINETUNE_TEST_RABBITMQ_MISSING") is { } missing
            ? (null, $"RabbitMQ: {missing}")
            : (await ContainerBrokerNode.RunAsync(cancellationToken), "");
    }

    private async Task LeaveAsync(IBrokerNode node)
    {
        // A shared broker goes on without this class's queues; one in a container is over anyway.
        if (node is StartedBrokerNode)
        {
            await node.ControlAsync(["delete_vhost", VirtualHost], CancellationToken.None);
        }
    }
}
