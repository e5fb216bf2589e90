using System.Text.Json;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.UnitTests.Orchestrator;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>The events that a worker told: published at once, or written into the outbox with a change.</summary>
internal sealed class StageTold
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly IServiceProvider _provider;
    private readonly BusRecorder _published = new();

    public StageTold(IServiceProvider provider)
    {
        _provider = provider;
        provider.GetRequiredService<IBusControl>().ConnectPublishObserver(_published);
    }

    public IReadOnlyList<object> Out => [.. _published.Out, .. Rows()];

    public async Task<T> OutAsync<T>(Func<T, bool> filter)
        where T : class
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (Out.OfType<T>().FirstOrDefault(filter) is { } found)
            {
                return found;
            }

            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Rows are born claimed by the process that wrote them.</summary>
    private IReadOnlyList<IStageEvent> Rows()
    {
        var owner = _provider.GetRequiredService<OutboxSettings>().Owner;
        using var database = _provider.GetRequiredService<IDbContextFactory<StageTestDb>>().CreateDbContext();
        return [.. database.Set<OutboxRow>().AsNoTracking().Where(row => row.Claim == owner).OrderBy(row => row.Seq).AsEnumerable().Select(Event)];
    }

    private static IStageEvent Event(OutboxRow row)
    {
        var name = row.MessageTypes.Split(';')[0].Replace("urn:message:", "", StringComparison.Ordinal).Replace(':', '.');
        var type = typeof(IStageEvent).Assembly.GetType(name) ?? throw new InvalidOperationException($"No type {name}.");
        var message = JsonElement.Parse(row.Body).GetProperty("message");
        return (IStageEvent)message.Deserialize(type, SystemTextJsonMessageSerializer.Options)!;
    }
}
