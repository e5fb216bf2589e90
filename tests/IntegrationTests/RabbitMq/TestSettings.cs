using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>What a Standalone must be told to use a test's broker, and to tell of its training at once.</summary>
internal static class TestSettings
{
    public static Dictionary<string, string> Of(RabbitMqBroker broker) => new(BrokerSettings.Of(broker.Address))
    {
        ["Training__LookEvery"] = "00:00:00.1",
        ["Training__ProgressEvery"] = "00:00:00",
    };
}
