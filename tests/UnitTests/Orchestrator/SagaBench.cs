using System.Collections.Immutable;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Money;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using MassTransit;
using MassTransit.Events;
using MassTransit.Metadata;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>The saga alone on an in-memory bus: tests play the services.</summary>
internal sealed class SagaBench : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly IBusControl _bus;

    private SagaBench(ServiceProvider provider)
    {
        _provider = provider;
        _bus = provider.GetRequiredService<IBusControl>();
        _bus.ConnectConsumeObserver(Recorder);
        _bus.ConnectSendObserver(Recorder);
        _bus.ConnectPublishObserver(Recorder);
    }

    public BusRecorder Recorder { get; } = new();

    public static async Task<SagaBench> StartAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddMassTransit(bus =>
        {
            bus.AddSagaStateMachine<FineTuneStateMachine, FineTuneSaga>(typeof(SagaBenchDefinition)).InMemoryRepository();
            bus.AddDelayedMessageScheduler();
            bus.UsingInMemory((context, transport) =>
            {
                transport.UseDelayedMessageScheduler();
                transport.ConfigureEndpoints(context);
            });
        });
        var bench = new SagaBench(services.BuildServiceProvider(validateScopes: true));
        await bench._bus.StartAsync();
        return bench;
    }

    public Task PublishAsync(object message) => _bus.Publish(message, message.GetType());

    /// <summary>What the bus tells when the consumer of a message failed at its last try.</summary>
    public Task PublishFaultAsync<T>(T message, string why)
        where T : class =>
        _bus.Publish<Fault<T>>(new FaultEvent<T>(message, NewId.NextGuid(), HostMetadataCache.Host, new IOException(why), [.. MessageTypeCache<T>.MessageTypeNames]));

    /// <summary>A saga that is already somewhere in its life.</summary>
    public async Task<FineTuneSaga> PutAsync(string state, Stage stage, Action<FineTuneSaga>? change = null)
    {
        var saga = new FineTuneSaga
        {
            CorrelationId = Guid.CreateVersion7(),
            CurrentState = state,
            Spec = SampleEvents.Spec(),
            Stage = stage,
            Attempts = Enum.GetValues<Stage>().Where(known => known <= stage).ToImmutableDictionary(known => known, _ => 2),
            Inputs = SampleEvents.Inputs(),

            // The end of a wait is not listened to where none is scheduled.
            DeadlineToken = Guid.CreateVersion7(),
            RetryToken = state == "Waiting" ? Guid.CreateVersion7() : null,
        };
        saga.JobId = JobId.From(saga.CorrelationId);
        if (stage > Stage.Provision)
        {
            (saga.LeaseId, saga.LeaseAttempt, saga.Host) = ("lease-held", 2, SampleEvents.Host());
        }

        (saga.Prepared, saga.Trained, saga.Converted) = (SampleEvents.Prepared(), stage > Stage.Train ? SampleEvents.Trained() : null, SampleEvents.Converted());
        change?.Invoke(saga);
        var sagas = _provider.GetRequiredService<IndexedSagaDictionary<FineTuneSaga>>();
        await sagas.MarkInUse(CancellationToken.None);
        sagas.Add(new SagaInstance<FineTuneSaga>(saga));
        sagas.Release();
        return saga;
    }

    public async Task<string> SubmitAsync(JobSpec? spec = null)
    {
        var jobId = JobId.New();
        var endpoint = await _bus.GetSendEndpoint(Queue);
        await endpoint.Send(new SubmitJob { JobId = jobId, Spec = spec ?? SampleEvents.Spec(), SubmittedAt = TimeProvider.System.GetUtcNow() });
        return jobId;
    }

    public Task<T> SentAsync<T>(Func<T, bool> filter)
        where T : class =>
        Recorder.OutAsync(filter);

    public Task<JobChanged> ChangedAsync(string jobId, Func<JobChanged, bool> filter) =>
        Recorder.OutAsync<JobChanged>(change => change.JobId == jobId && filter(change));

    public static Uri Queue { get; } = new("queue:orchestrator");

    /// <summary>Every event the saga knows, for the current attempt or for an older one.</summary>
    public static IReadOnlyList<object> AllEvents(FineTuneSaga saga, int attempt)
    {
        var id = saga.JobId;
        return
        [
            new SubmitJob { JobId = id, Spec = SampleEvents.Spec(), SubmittedAt = DateTimeOffset.UnixEpoch },
            new PlanJob { JobId = id, Spec = SampleEvents.Spec(), SubmittedAt = DateTimeOffset.UnixEpoch },
            new CancelJob { JobId = id, Reason = "test" },
            new PauseJob { JobId = id, Reason = "test" },
            new ResumeJob { JobId = id, BudgetTotal = 20 },
            .. Enum.GetValues<Stage>().Select(stage => (object)SampleEvents.Success(id, stage, attempt, "lease-event")),
            new TrainingStarted { JobId = id, Attempt = attempt, FromStep = 0 },
            .. Enum.GetValues<FailureKind>().Select(kind => (object)Failed(id, saga.Stage, attempt, kind)),
            Failed(id, Stage.Release, attempt, FailureKind.Transient),
            new StageCancelled { JobId = id, Stage = saga.Stage, Attempt = attempt },
            new StageResumed { JobId = id, Stage = saga.Stage, Attempt = attempt, Entry = 2 },
            new ProvenanceWritten { JobId = id, Provenance = SampleEvents.Reference },
            new RetryDue { JobId = id },
            new AskAgain { JobId = id },
            new HostLost { JobId = id, LeaseId = "lease-held", Attempt = attempt, Reason = "test" },
            new HostLost { JobId = id, LeaseId = "lease-of-before", Attempt = attempt, Reason = "test" },
            new WakeUp { JobId = id },
            new BudgetUsedUp { JobId = id, LeaseId = "lease-held", Message = "Too dear." },
            new DeadlineDue { JobId = id },
        ];
    }

    public static StageFailed Failed(string jobId, Stage stage, int attempt, FailureKind kind) =>
        new() { JobId = jobId, Stage = stage, Attempt = attempt, Failure = new Failure("test", "It broke.", kind) };

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync();
        await _provider.DisposeAsync();
    }
}
