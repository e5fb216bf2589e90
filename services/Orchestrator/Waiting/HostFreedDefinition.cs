using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Orchestrator.Data;

namespace FineTunePipeline.Orchestrator.Waiting;

/// <summary>One at a time: two would wake the same jobs.</summary>
internal sealed class HostFreedDefinition() : ServiceConsumerDefinition<HostFreedConsumer, OrchestratorDbContext>("orchestrator-hosts", prefetch: 4);
