using FineTunePipeline.TestKit.RabbitMq;
using MassTransit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>MassTransit's own RabbitMQ transport on a test's broker, without any service of ours.</summary>
internal static class BrokerBus
{
    /// <summary>A bus, not started, whose one queue gives its first message to <paramref name="delivered"/>.</summary>
    public static IBusControl Of<T>(RabbitMqBroker broker, string queue, TaskCompletionSource<T> delivered)
        where T : class
    {
        var address = broker.Address;
        var user = address.UserInfo.Split(':');
        return Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(address.Host, (ushort)address.Port, broker.VirtualHost, host =>
            {
                host.Username(user[0]);
                host.Password(user[1]);
            });
            rabbit.ReceiveEndpoint(queue, endpoint => endpoint.Handler<T>(context =>
            {
                delivered.TrySetResult(context.Message);
                return Task.CompletedTask;
            }));
        });
    }
}
