using FineTunePipeline.TestKit.RabbitMq;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>The broker that <c>tests/run</c> starts, from Debian's package where no container engine answers.</summary>
[Collection(RabbitMqBroker.Alone)]
public sealed class StartedBrokerTests(RabbitMqBroker broker) : BrokerTests(broker), IClassFixture<RabbitMqBroker>;
