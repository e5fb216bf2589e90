using FineTunePipeline.TestKit.RabbitMq;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>The broker of Testcontainers.RabbitMq, on Docker or on the podman that <c>tests/run</c> starts.</summary>
public sealed class ContainerBrokerTests(ContainerRabbitMqBroker broker) : BrokerTests(broker), IClassFixture<ContainerRabbitMqBroker>;
