using System.Net.Sockets;
using FineTunePipeline.Messaging.Bus;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace FineTunePipeline.UnitTests.Bus;

public sealed class BrokerFaultsTests
{
    private static readonly RabbitMqOptions Broker = new() { Host = "rabbit", VirtualHost = "jobs", User = "ada", Password = "s3cret" };

    public static TheoryData<Exception, string, string> Faults => new()
    {
        { new BrokerUnreachableException(new AuthenticationFailureException("ACCESS_REFUSED")), "does not let in the user ada", "FINETUNE__RabbitMq__Password" },
        { new BrokerUnreachableException(new PossibleAuthenticationFailureException("closed")), "does not let in the user ada", "FINETUNE__RabbitMq__User" },
        {
            new BrokerUnreachableException(new OperationInterruptedException(new ShutdownEventArgs(ShutdownInitiator.Peer, 530, "NOT_ALLOWED - vhost jobs not found"))),
            "has no virtual host jobs",
            "FINETUNE__RabbitMq__VirtualHost"
        },
        { new BrokerUnreachableException(new ConnectFailureException("none", new SocketException(111))), "No RabbitMQ answers at rabbit:5672", "FINETUNE__RabbitMq__Port" },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Says_in_one_line_what_is_wrong_and_what_to_set(Exception exception, string what, string setting)
    {
        var line = BrokerFaults.Explain(exception, Broker);

        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(setting, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain("s3cret", line, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_that_no_queue_took_and_a_lost_connection_are_not_the_messages_fault()
    {
        Assert.True(BrokerFaults.IsOutage(new PublishException(1, isReturn: true)));
        Assert.True(BrokerFaults.IsOutage(new InvalidOperationException("sent", new AlreadyClosedException(new ShutdownEventArgs(ShutdownInitiator.Library, 0, "gone")))));
        Assert.False(BrokerFaults.IsOutage(new UriFormatException("The message's own.")));
    }
}
