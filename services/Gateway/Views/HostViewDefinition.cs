using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;

namespace FineTunePipeline.Gateway.Views;

/// <summary>One at a time: two changes of a new host would both add it.</summary>
internal sealed class HostViewDefinition() : ServiceConsumerDefinition<HostViewConsumer, GatewayDbContext>("gateway-hosts", prefetch: 8);
