using FineTunePipeline.Messaging.Bus;
using RabbitMQ.Client;
using Xunit;

namespace FineTunePipeline.UnitTests.Messaging;

public sealed class DeclareInTurnsTests
{
    [Fact]
    public void It_is_needed_up_to_the_version_of_the_client_that_has_the_mended_semaphores()
    {
        var version = typeof(IConnection).Assembly.GetName().Version!;

        Assert.True(version < new Version(7, 3), $"RabbitMQ.Client {version} has change 1987: delete {nameof(DeclareInTurns)} and this test.");
    }
}
