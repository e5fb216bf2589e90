using MassTransit;
using RabbitMQ.Client.Exceptions;

namespace FineTunePipeline.Messaging.Bus;

/// <summary>What a failed connection means, and what to set.</summary>
internal static class BrokerFaults
{
    /// <summary>AMQP's "not allowed": the virtual host is not there, or not for this user.</summary>
    private const ushort NotAllowed = 530;

    /// <summary>One line for a person.</summary>
    public static string Explain(Exception exception, RabbitMqOptions options)
    {
        var chain = Chain(exception).ToList();
        if (chain.Any(inner => inner is AuthenticationFailureException or PossibleAuthenticationFailureException))
        {
            return $"RabbitMQ at {options.Host}:{options.Port} does not let in the user {options.User}. "
                + "Set RabbitMq:User and RabbitMq:Password (FINETUNE__RabbitMq__User, FINETUNE__RabbitMq__Password) to what the broker knows.";
        }

        if (chain.OfType<OperationInterruptedException>().Any(inner => inner.ShutdownReason?.ReplyCode == NotAllowed))
        {
            return $"RabbitMQ at {options.Host}:{options.Port} has no virtual host {options.VirtualHost} that the user {options.User} may use. "
                + "Set RabbitMq:VirtualHost (FINETUNE__RabbitMq__VirtualHost), or make it with rabbitmqctl add_vhost and set_permissions.";
        }

        return $"No RabbitMQ answers at {options.Host}:{options.Port} ({chain[^1].Message.TrimEnd('.')}). "
            + "Start it, or set RabbitMq:Host and RabbitMq:Port (FINETUNE__RabbitMq__Host, FINETUNE__RabbitMq__Port).";
    }

    /// <summary>
    /// Whether a send failed for a reason that is not the message's: no connection, no time, or no queue yet for an event, as when a new broker took the
    /// place of an old one and who listens has not come back.
    /// </summary>
    public static bool IsOutage(Exception exception) => Chain(exception).Any(inner =>
        inner is OperationCanceledException or TimeoutException or ConnectionException or MessageReturnedException or MessageNotAcknowledgedException or RabbitMQ.Client.Exceptions.PublishException or AlreadyClosedException);

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            yield return inner;
        }
    }
}
