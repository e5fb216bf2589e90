using FineTunePipeline.UnitTests.Durable;
using MassTransit;
using Xunit;

namespace FineTunePipeline.UnitTests.Bus;

public sealed class RefuseDelaysTests : IAsyncDisposable
{
    private readonly ServiceStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_delay_that_does_not_go_through_the_outbox_is_refused_for_a_send_and_for_an_event()
    {
        await using var bench = await DurableBench.StartAsync(_store);
        var endpoint = await bench.Bus.GetSendEndpoint(new Uri("queue:notes"));
        var message = new NoteWritten { JobId = "ftjob-1", Text = "late" };

        var send = await Assert.ThrowsAsync<InvalidOperationException>(() => endpoint.Send(message, context => context.Delay = TimeSpan.FromSeconds(1)));
        var publish = await Assert.ThrowsAsync<InvalidOperationException>(() => bench.Bus.Publish(message, context => context.Delay = TimeSpan.FromSeconds(1)));

        Assert.Contains("past the outbox", send.Message, StringComparison.Ordinal);
        Assert.Contains("past the outbox", publish.Message, StringComparison.Ordinal);
    }
}
