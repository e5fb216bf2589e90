using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;

namespace FineTunePipeline.Gateway.Views;

/// <summary>One at a time: the views number events in the order in which they come. An instance beside this one that took the same number is found out by the key.</summary>
internal sealed class JobViewDefinition() : ServiceConsumerDefinition<JobViewConsumer, GatewayDbContext>("gateway-views", prefetch: 32);
