using FineTunePipeline.TestKit.RabbitMq;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Parts;

/// <summary>Classes that kill the broker of the run: nothing else runs beside them.</summary>
[CollectionDefinition(RabbitMqBroker.Alone, DisableParallelization = true)]
public sealed class BrokerAloneCollection;
