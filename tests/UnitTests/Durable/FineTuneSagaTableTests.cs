using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Orchestrator.Data;
using FineTunePipeline.Orchestrator.Saga;
using FineTunePipeline.TestKit.Stages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Durable;

public sealed class FineTuneSagaTableTests : IDisposable
{
    private static readonly ArtifactReference Reference = new(new string('b', 64), 7);
    private static readonly HostReference Host = new() { Kind = "local", Address = "here", WorkFolder = "/work" };

    private readonly TestDatabase<OrchestratorDbContext> _databases = new(options => new OrchestratorDbContext(options));

    public void Dispose() => _databases.Dispose();

    [Fact]
    public async Task Every_property_of_a_job_survives_its_table()
    {
        var saga = Full();
        var untouched = new FineTuneSaga { Spec = new JobSpec { Model = "", Dataset = "" } };
        var forgotten = typeof(FineTuneSaga).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => JsonSerializer.Serialize(property.GetValue(saga)) == JsonSerializer.Serialize(property.GetValue(untouched)))
            .Select(property => property.Name);
        Assert.Empty(forgotten);

        await SaveAsync(saga);
        await using var database = _databases.CreateDbContext();
        Assert.Equal(JsonSerializer.Serialize(saga), JsonSerializer.Serialize(await database.Jobs.SingleAsync()));
    }

    [Fact]
    public async Task Changes_inside_a_collection_are_written()
    {
        await SaveAsync(Full());
        await using (var database = _databases.CreateDbContext())
        {
            var saga = await database.Jobs.SingleAsync();
            saga.Attempts = saga.Attempts.SetItem(Stage.Train, 9);
            saga.Retries = saga.Retries.Clear();
            saga.Moments = saga.Moments.Add(new JobMoment(DateTimeOffset.UnixEpoch, "job", 0, "added"));
            await database.SaveChangesAsync();
        }

        await using var after = _databases.CreateDbContext();
        var read = await after.Jobs.SingleAsync();
        Assert.Equal((9, 0, "added"), (read.Attempt(Stage.Train), read.Retries.Count, read.Moments[^1].What));
    }

    [Theory]
    [InlineData("Running", null, 0, false)]
    [InlineData("Succeeded", "lease", 0, false)]
    [InlineData("Succeeded", null, 25, false)]
    [InlineData("Succeeded", null, 0, true)]
    [InlineData("Cancelled", null, 0, true)]
    public async Task A_job_is_finished_when_it_is_final_its_host_is_gone_and_the_time_is_over(string state, string? lease, int hoursLater, bool finished)
    {
        var saga = Full();
        (saga.CurrentState, saga.LeaseId) = (state, lease);
        await SaveAsync(saga);
        var time = new FakeTimeProvider(saga.ChangedAt + TimeSpan.FromHours(24));
        var selected = await new FinishedJobs(_databases, time).SelectAsync([saga.JobId, "ftjob-unknown"], TimeSpan.FromHours(24 + hoursLater), CancellationToken.None);
        Assert.Equal(finished ? [saga.JobId, "ftjob-unknown"] : ["ftjob-unknown"], selected);
    }

    private async Task SaveAsync(FineTuneSaga saga)
    {
        await using var database = _databases.CreateDbContext();
        database.Jobs.Add(saga);
        await database.SaveChangesAsync();
    }

    private static FineTuneSaga Full()
    {
        var inputs = new JobInputs
        {
            Model = Reference,
            Dataset = Reference,
            DatasetNames = "data",
            Questions = new Dictionary<string, ArtifactReference> { ["taught"] = Reference },
        };
        var prepared = new PreparedHost { LeaseId = "lease", Host = Host, ModelFolder = "/m", DatasetFolder = "/d", TrainerVersion = "1" };
        var trained = new TrainedModel { Method = FineTuningMethod.Full, Output = Reference, OutputFolder = "/o", Steps = 3, FinalLoss = 0.25 };
        return new FineTuneSaga
        {
            CorrelationId = Guid.CreateVersion7(),
            Version = 5,
            CurrentState = "Running",
            JobId = JobId.New(),
            Spec = new JobSpec { Model = "/model", Dataset = "/data", Budget = new BudgetSpec { Deadline = TimeSpan.FromHours(3), Total = 1.25m } },
            SubmittedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(8)),
            PlanOnly = true,
            ChangeVersion = 6,
            ChangedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 6, 789, TimeSpan.Zero),
            Stage = Stage.Train,
            Attempts = ImmutableDictionary<Stage, int>.Empty.Add(Stage.Fetch, 2).Add(Stage.Train, 3),
            Retries = ImmutableDictionary<FailureKind, int>.Empty.Add(FailureKind.HostLost, 1),
            TrainWith = new Hyperparameters { LoraRank = 77 },
            Recomputes = true,
            MoreCardBytes = 24L << 30,
            Inputs = inputs,
            LeaseId = "lease",
            LeaseAttempt = 2,
            Releasing = true,
            Host = Host,
            Prepared = prepared,
            Trained = trained,
            Converted = new ConvertedModel { Merged = Reference, Gguf = [new GgufOutput("q8_0", "m.gguf", Reference)] },
            Result = new JobResult { Files = [new ResultFile("adapter", "a", Reference)], Endpoint = "http://here/v1" },
            Failure = new Failure("code", "Text with \"quotes\" and 中文.", FailureKind.Budget) { Evidence = "line" },
            NeedsPerson = true,
            CancelReason = "why",
            PauseNote = "Paused. Go on: finetune resume",
            PausedAt = DateTimeOffset.UnixEpoch.AddDays(2),
            PausedFor = TimeSpan.FromMinutes(5),
            GoesOn = true,
            StageEnding = true,
            Moments = [new JobMoment(DateTimeOffset.UnixEpoch, "train", 1, "begun", "detail", Reference)],
            RetryToken = Guid.NewGuid(),
            DeadlineToken = Guid.NewGuid(),
        };
    }
}
