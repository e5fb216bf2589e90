using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Messaging.Outbox;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.UnitTests.Durable;

/// <summary>Writes notes and tells of them; hears of them, too.</summary>
internal sealed class NoteConsumer(DurableDb database) : IConsumer<WriteNote>, IConsumer<NoteWritten>, IConsumer<NotesWritten>, IConsumer<JobValidated>
{
    public async Task Consume(ConsumeContext<WriteNote> context)
    {
        database.Notes.Add(new Note { Kind = "written", Text = context.Message.Text });
        await context.Publish(new NoteWritten { JobId = context.Message.JobId, Text = context.Message.Text });
        switch (context.Message.Misdeed)
        {
            case "save":
                await database.SaveChangesAsync(context.CancellationToken);
                break;
            case "update":
                await database.Notes.ExecuteDeleteAsync(context.CancellationToken);
                break;
        }
    }

    public Task Consume(ConsumeContext<NoteWritten> context)
    {
        database.Notes.Add(new Note { Kind = "heard", Text = context.Message.Text });
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<NotesWritten> context)
    {
        database.Notes.AddRange(context.Message.Notes.Select(note => new Note { Kind = "heard", Text = note.Text }));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<JobValidated> context)
    {
        database.Notes.Add(new Note { Kind = "validated", Text = context.Message.JobId });
        return Task.CompletedTask;
    }
}

internal sealed class NoteDefinition : ConsumerDefinition<NoteConsumer>
{
    public NoteDefinition() => EndpointName = "notes";

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<NoteConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseMessageRetry(retry => retry.Interval(3, 10));
        endpointConfigurator.UseServiceOutbox<DurableDb>(context);
    }
}

internal sealed class CountingDefinition : SagaDefinition<CountingSaga>
{
    public CountingDefinition()
    {
        EndpointName = "sagas";
        ConcurrentMessageLimit = 16;
    }

    protected override void ConfigureSaga(
        IReceiveEndpointConfigurator endpointConfigurator, ISagaConfigurator<CountingSaga> sagaConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseMessageRetry(retry => retry.Interval(10, 5));
        endpointConfigurator.UseServiceOutbox<DurableDb>(context);
    }
}
