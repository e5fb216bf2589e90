using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Deploy;
using FineTunePipeline.Contracts.Evaluate;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Contracts.Validate;
using FineTunePipeline.Orchestrator.Provenance;
using FineTunePipeline.Orchestrator.Saga;
using MassTransit;
using MassTransit.Events;
using MassTransit.Metadata;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.UnitTests.Orchestrator;

/// <summary>The saga alone on an in-memory bus: tests play the services.</summary>
internal sealed class SagaBench : IAsyncDisposable
{
    public static readonly ArtifactReference Reference = new(new string('a', 64), 1);

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
            Spec = Spec(),
            Stage = stage,
            Attempts = Enum.GetValues<Stage>().Where(known => known <= stage).ToDictionary(known => known, _ => 2),
            Inputs = Inputs(),
        };
        saga.JobId = JobId.From(saga.CorrelationId);
        if (stage > Stage.Provision)
        {
            (saga.LeaseId, saga.LeaseAttempt, saga.Host) = ("lease-held", 2, Host());
        }

        (saga.Prepared, saga.Trained, saga.Converted) = (Prepared(), stage > Stage.Train ? Trained() : null, Converted());
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
        await endpoint.Send(new SubmitJob { JobId = jobId, Spec = spec ?? Spec(), SubmittedAt = TimeProvider.System.GetUtcNow() });
        return jobId;
    }

    public Task<T> SentAsync<T>(Func<T, bool> filter)
        where T : class =>
        Recorder.OutAsync(filter);

    public Task<JobChanged> ChangedAsync(string jobId, Func<JobChanged, bool> filter) =>
        Recorder.OutAsync<JobChanged>(change => change.JobId == jobId && filter(change));

    public static Uri Queue { get; } = new("queue:orchestrator");

    /// <summary>The event by which a stage tells that it ended well.</summary>
    public static IStageEvent Success(string jobId, Stage stage, int attempt, string leaseId = "lease-1") => stage switch
    {
        Stage.Validate => new JobValidated { JobId = jobId, Attempt = attempt, Report = Report(), Statement = Reference },
        Stage.Fetch => new ArtifactsFetched { JobId = jobId, Attempt = attempt, Inputs = Inputs(), Statement = Reference },
        Stage.Provision => new HostAcquired
        {
            JobId = jobId,
            Attempt = attempt,
            LeaseId = leaseId,
            Host = Host(),
            HourlyPrice = 0,
            Currency = "CNY",
            Statement = Reference,
        },
        Stage.Prepare => new HostPrepared { JobId = jobId, Attempt = attempt, Prepared = Prepared(), Statement = Reference },
        Stage.Train => new TrainingCompleted { JobId = jobId, Attempt = attempt, Trained = Trained(), Statement = Reference },
        Stage.Evaluate => new ModelEvaluated { JobId = jobId, Attempt = attempt, Summary = Summary(true), Report = Reference, Statement = Reference },
        Stage.Convert => new ModelConverted { JobId = jobId, Attempt = attempt, Converted = Converted(), Statement = Reference },
        Stage.Deploy => new ModelDeployed
        {
            JobId = jobId,
            Attempt = attempt,
            Target = "embedded",
            Endpoint = "http://127.0.0.1:1/v1",
            ModelName = "m",
            Type = "q8_0",
            Statement = Reference,
        },
        _ => new HostReleased { JobId = jobId, Attempt = attempt, LeaseId = leaseId, Cost = 0, Currency = "CNY", Statement = Reference },
    };

    /// <summary>Every event the saga knows, for the current attempt or for an older one.</summary>
    public static IReadOnlyList<object> AllEvents(FineTuneSaga saga, int attempt)
    {
        var id = saga.JobId;
        return
        [
            new SubmitJob { JobId = id, Spec = Spec(), SubmittedAt = DateTimeOffset.UnixEpoch },
            new CancelJob { JobId = id, Reason = "test" },
            .. Enum.GetValues<Stage>().Select(stage => (object)Success(id, stage, attempt, "lease-event")),
            new TrainingStarted { JobId = id, Attempt = attempt, FromStep = 0 },
            .. Enum.GetValues<FailureKind>().Select(kind => (object)Failed(id, saga.Stage, attempt, kind)),
            Failed(id, Stage.Release, attempt, FailureKind.Transient),
            new StageCancelled { JobId = id, Stage = saga.Stage, Attempt = attempt },
            new ProvenanceWritten { JobId = id, Provenance = Reference },
            new RetryDue { JobId = id },
            new DeadlineDue { JobId = id },
        ];
    }

    public static StageFailed Failed(string jobId, Stage stage, int attempt, FailureKind kind) =>
        new() { JobId = jobId, Stage = stage, Attempt = attempt, Failure = new Failure("test", "It broke.", kind) };

    public static JobSpec Spec() => new() { Model = "/model", Dataset = "/data.json" };

    public static EvaluationSummary Summary(bool passed) =>
        new() { Sets = new Dictionary<string, SetScore>(), Passed = passed, Verdict = passed ? "Good." : "Taught accuracy 0.1 is below 0.8." };

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync();
        await _provider.DisposeAsync();
    }

    private static ValidationReport Report() => new()
    {
        Samples = 1,
        Skipped = 0,
        Tokens = 1,
        OverCutoff = 0,
        Parameters = 1,
        EstimatedDiskBytes = 1,
        EstimatedMemoryBytes = 1,
    };

    private static JobInputs Inputs() => new() { Model = Reference, Dataset = Reference, DatasetNames = "data" };

    private static HostReference Host() => new() { Kind = "local", Address = "here", WorkFolder = "/work" };

    private static PreparedHost Prepared() => new() { LeaseId = "lease-1", Host = Host(), ModelFolder = "/m", DatasetFolder = "/d", TrainerVersion = "1" };

    private static TrainedModel Trained() => new() { Method = FineTuningMethod.Lora, Output = Reference, OutputFolder = "/o", Steps = 1 };

    private static ConvertedModel Converted() => new() { Merged = Reference, Gguf = [new GgufOutput("q8_0", "m-q8_0.gguf", Reference)] };
}
