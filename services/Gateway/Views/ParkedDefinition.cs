using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Parking;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Takes all parked messages. What it cannot take itself goes to the transport's own <c>_error</c> queue: parked again it would go round for ever.</summary>
internal sealed class ParkedDefinition() : ServiceConsumerDefinition<ParkedConsumer, GatewayDbContext>(ParkedMessages.Queue, prefetch: 4, listens: false, parks: false);
