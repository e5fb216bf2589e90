using FineTunePipeline.Contracts.Jobs;
using MassTransit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class CountingSaga : SagaStateMachineInstance, ISagaVersion
{
    public Guid CorrelationId { get; set; }

    public int Version { get; set; }

    public string CurrentState { get; set; } = "";

    public int Ticks { get; set; }

    public int Alarms { get; set; }

    public Guid? AlarmToken { get; set; }
}

internal sealed class CountingMachine : MassTransitStateMachine<CountingSaga>
{
    public CountingMachine(Rendezvous rendezvous)
    {
        InstanceState(saga => saga.CurrentState);
        Event(() => Begun, begun => begun.CorrelateById(context => JobId.ToGuid(context.Message.JobId)));
        Event(() => Ticked, ticked => ticked.CorrelateById(context => JobId.ToGuid(context.Message.JobId)));
        Event(() => CancelAlarm, cancel => cancel.CorrelateById(context => JobId.ToGuid(context.Message.JobId)));
        Schedule(() => Alarm, saga => saga.AlarmToken, alarm =>
        {
            alarm.Delay = TimeSpan.FromHours(1);
            alarm.Received = received => received.CorrelateById(context => JobId.ToGuid(context.Message.JobId));
        });

        Initially(When(Begun).Schedule(Alarm, context => new AlarmRang { JobId = context.Message.JobId }).TransitionTo(Counting));
        During(
            Counting,
            Ignore(Begun),
            When(Ticked).ThenAsync(async context =>
            {
                await rendezvous.MeetAsync();
                context.Saga.Ticks++;
            }),
            When(CancelAlarm).Unschedule(Alarm),
            When(Alarm.Received).Then(context => context.Saga.Alarms++));
    }

    public State Counting { get; private set; } = null!;

    public Event<SagaBegun> Begun { get; private set; } = null!;

    public Event<SagaTicked> Ticked { get; private set; } = null!;

    public Event<AlarmCancelled> CancelAlarm { get; private set; } = null!;

    public Schedule<CountingSaga, AlarmRang> Alarm { get; private set; } = null!;
}
