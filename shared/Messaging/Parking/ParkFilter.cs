using FineTunePipeline.Contracts.Ops;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Messaging.Parking;

/// <summary>
/// Stands where MassTransit would move a message to a queue <c>…_error</c> or <c>…_skipped</c>. The message is acknowledged once it is in the service's outbox;
/// if that fails it stays in its queue and comes again.
/// </summary>
internal sealed class ParkFilter<TDb>(IServiceProvider provider) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
    where TDb : ServiceDbContext
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // What was caught on its way may be wrapped twice; the innermost says what happened.
        var fault = context.Exception;
        return ParkAsync(context, ParkReason.Failed, $"{fault.GetType().Name}: {Sentence(fault)}");
    }

    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => ParkAsync(context, ParkReason.Unknown, "No consumer of this queue takes messages of this type.");

    public void Probe(ProbeContext context) => context.CreateFilterScope("park");

    private static string Sentence(Exception exception) => exception.GetBaseException() is var cause && cause != exception ? $"{exception.Message} ({cause.Message})" : exception.Message;

    private async Task ParkAsync(ReceiveContext context, ParkReason reason, string fault)
    {
        var outbox = provider.GetRequiredService<ServiceOutbox<TDb>>();
        var parked = ParkedMessages.From(context, reason, fault, provider.GetRequiredService<TimeProvider>().GetUtcNow());
        var again = context.TransportHeaders.Get<string>(ParkedMessages.SentAgain) ?? "";
        var identity = $"{parked.Queue}|{(object?)parked.MessageId ?? parked.Body}|{again}";
        await using var database = await provider.GetRequiredService<IDbContextFactory<TDb>>().CreateDbContextAsync(context.CancellationToken);
        await outbox.AddAsync(database, parked, identity, context.CancellationToken);
        await outbox.SaveAsync(database, context.CancellationToken);
        provider.GetRequiredService<ILogger<ParkFilter<TDb>>>().Parked(parked.MessageTypes, parked.JobId, parked.Queue, fault);
    }
}
