using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Secrets;
using MassTransit;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Puts what Provisioning tells of hosts into the gateway's view.</summary>
internal sealed class HostViewConsumer(HostViewWriter views) : IConsumer<HostChanged>, IConsumer<SecretKeyTold>
{
    public Task Consume(ConsumeContext<HostChanged> context) => views.ApplyAsync(context.Message, context.CancellationToken);

    public Task Consume(ConsumeContext<SecretKeyTold> context) => views.ApplyAsync(context.Message, context.CancellationToken);
}
