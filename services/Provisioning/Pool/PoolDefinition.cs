using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Provisioning.Data;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>One at a time: what a person says twice of a host holds in the order in which it was said.</summary>
internal sealed class PoolDefinition() : ServiceConsumerDefinition<PoolConsumer, ProvisioningDbContext>(HostQueues.Pool, prefetch: 4, listens: false);
