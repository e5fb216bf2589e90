using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>What a Standalone must be told to use a test's broker.</summary>
internal static class BrokerSettings
{
    public static Dictionary<string, string> Of(RabbitMqBroker broker)
    {
        var user = broker.Address.UserInfo.Split(':');
        return new Dictionary<string, string>
        {
            ["Bus__Transport"] = "rabbitmq",
            ["RabbitMq__Host"] = broker.Address.Host,
            ["RabbitMq__Port"] = $"{broker.Address.Port}",
            ["RabbitMq__VirtualHost"] = broker.VirtualHost,
            ["RabbitMq__User"] = Uri.UnescapeDataString(user[0]),
            ["RabbitMq__Password"] = Uri.UnescapeDataString(user[1]),
            ["Training__LookEvery"] = "00:00:00.1",
            ["Training__ProgressEvery"] = "00:00:00",
        };
    }
}
