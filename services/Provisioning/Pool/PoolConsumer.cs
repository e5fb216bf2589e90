using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.Provisioning.Data;
using MassTransit;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>Takes in what people change of their hosts.</summary>
internal sealed class PoolConsumer(HostEdits edits, SecretKey key) : IConsumer<SetHost>, IConsumer<RemoveHost>, IConsumer<TestHost>, IConsumer<TellSecretKey>
{
    public async Task Consume(ConsumeContext<SetHost> context) => await TellAsync(context, await edits.SetAsync(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<RemoveHost> context) => await TellAsync(context, await edits.RemoveAsync(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<TestHost> context) => await TellAsync(context, await edits.TestAsync(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<TellSecretKey> context) => await context.Publish(await key.ToldAsync(context.CancellationToken), context.CancellationToken);

    private static async Task TellAsync(ConsumeContext context, IReadOnlyList<object> events)
    {
        foreach (var told in events)
        {
            await context.Publish(told, told.GetType(), context.CancellationToken);
        }
    }
}
