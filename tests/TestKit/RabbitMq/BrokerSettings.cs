namespace FineTunePipeline.TestKit.RabbitMq;

/// <summary>What services must be told to use a broker.</summary>
public static class BrokerSettings
{
    /// <param name="broker"><c>amqp://user:password@host:port/virtual-host</c>.</param>
    /// <returns>Settings by name, as environment variables have them after <c>FINETUNE__</c>.</returns>
    public static Dictionary<string, string> Of(Uri broker)
    {
        var user = broker.UserInfo.Split(':');
        return new Dictionary<string, string>
        {
            ["Bus__Transport"] = "rabbitmq",
            ["RabbitMq__Host"] = broker.Host,
            ["RabbitMq__Port"] = $"{broker.Port}",
            ["RabbitMq__VirtualHost"] = broker.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(broker.AbsolutePath[1..]) : "/",
            ["RabbitMq__User"] = Uri.UnescapeDataString(user[0]),
            ["RabbitMq__Password"] = Uri.UnescapeDataString(user[1]),
        };
    }
}
