using System.Text;
using FineTunePipeline.TestKit.RabbitMq;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>What every test on RabbitMQ builds on, whichever way the broker came.</summary>
public abstract class BrokerTests(RabbitMqBroker broker)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Delivers_what_was_published_and_confirmed()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await OpenAsync(connection);
        var queue = await DeclareAsync(channel, "delivered");

        await PublishAsync(channel, queue, "first", persistent: true);
        await PublishAsync(channel, queue, "second", persistent: true);

        Assert.Equal(["first", "second"], await TakeAllAsync(channel, queue));
    }

    [Fact]
    public async Task Does_not_confirm_what_no_queue_takes()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await OpenAsync(connection);

        await Assert.ThrowsAnyAsync<PublishException>(() => PublishAsync(channel, "nobody-declared-this", "lost", persistent: true));
    }

    [Fact]
    public async Task Lists_the_queues_of_its_own_virtual_host_alone()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await OpenAsync(connection);
        var queue = await DeclareAsync(channel, "listed");
        await using var other = await ConnectAsync(new UriBuilder(broker.Address) { Path = "/" }.Uri);
        await using var otherChannel = await OpenAsync(other);
        var otherQueue = await otherChannel.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true);

        var queues = await broker.QueuesAsync();

        Assert.Contains(queues, one => one is { Type: "classic", Durable: true } && one.Name == queue);
        Assert.DoesNotContain(queues, one => one.Name == otherQueue.QueueName);
    }

    [Fact]
    public async Task Refuses_a_wrong_password()
    {
        var wrong = new UriBuilder(broker.Address) { Password = "wrong" }.Uri;

        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(wrong));

        Assert.Contains("ACCESS_REFUSED", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_a_durable_queue_and_its_persistent_messages_when_it_is_killed()
    {
        string queue;
        await using (var connection = await ConnectAsync())
        {
            await using var channel = await OpenAsync(connection);
            queue = await DeclareAsync(channel, "kept");
            await broker.SettleAsync();
            await PublishAsync(channel, queue, "on the disk", persistent: true);
            await PublishAsync(channel, queue, "in memory", persistent: false);

            await broker.KillAsync();

            await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync());
        }

        await broker.RestartAsync();

        await using var again = await ConnectAsync();
        await using var channelAgain = await OpenAsync(again);
        // The message in memory is the proof that the broker was killed and not stopped with care.
        Assert.Equal(["on the disk"], await TakeAllAsync(channelAgain, queue));
    }

    private static Task<IChannel> OpenAsync(IConnection connection) =>
        connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));

    private static async Task<string> DeclareAsync(IChannel channel, string queue) =>
        (await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false)).QueueName;

    /// <summary>Returns when the broker has confirmed.</summary>
    private static async Task PublishAsync(IChannel channel, string queue, string text, bool persistent)
    {
        using var limit = new CancellationTokenSource(Limit);
        await channel.BasicPublishAsync(
            "", queue, mandatory: true, new BasicProperties { Persistent = persistent }, Encoding.UTF8.GetBytes(text), limit.Token);
    }

    private static async Task<List<string>> TakeAllAsync(IChannel channel, string queue)
    {
        var taken = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
        {
            taken.Add(Encoding.UTF8.GetString(message.Body.Span));
        }

        return taken;
    }

    private Task<IConnection> ConnectAsync(Uri? address = null) =>
        new ConnectionFactory { Uri = address ?? broker.Address, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
}
