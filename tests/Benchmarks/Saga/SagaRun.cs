using System.Collections.Concurrent;
using System.Diagnostics;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Stages;
using MassTransit;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>The client: submits jobs to the orchestrator's queue and hears of their ends by its own queue.</summary>
internal sealed class SagaRun : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (long Begun, TaskCompletionSource<double> Ended)> _jobs = new();
    private readonly IBusControl _bus;

    private SagaRun(Uri broker) => _bus = MassTransit.Bus.Factory.CreateUsingRabbitMq(bus =>
    {
        bus.Host(broker);
        bus.ReceiveEndpoint("bench-client", endpoint =>
        {
            endpoint.PrefetchCount = 128;
            endpoint.Handler<JobChanged>(context =>
            {
                Heard(context.Message);
                return Task.CompletedTask;
            });
            endpoint.Handler<JobsChanged>(context =>
            {
                foreach (var change in context.Message.Changes)
                {
                    Heard(change);
                }

                return Task.CompletedTask;
            });
        });
    });

    public static async Task<SagaRun> StartAsync(Uri broker)
    {
        var run = new SagaRun(broker);
        await run._bus.StartAsync();
        return run;
    }

    /// <summary>All at once.</summary>
    /// <returns>Seconds from the first submit to the last end.</returns>
    public async Task<double> BurstAsync(int jobs)
    {
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => SubmitAsync()));
        await Task.WhenAll(_jobs.Values.Select(job => job.Ended.Task)).WaitAsync(Limit);
        _jobs.Clear();
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>So many each second.</summary>
    /// <returns>Milliseconds that each took, the shortest first.</returns>
    public async Task<IReadOnlyList<double>> PacedAsync(double rate, int jobs)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < jobs; i++)
        {
            var wait = TimeSpan.FromSeconds(i / rate) - Stopwatch.GetElapsedTime(begun);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            await SubmitAsync();
        }

        var times = await Task.WhenAll(_jobs.Values.Select(job => job.Ended.Task)).WaitAsync(Limit);
        _jobs.Clear();
        return [.. times.Order()];
    }

    public async ValueTask DisposeAsync() => await _bus.StopAsync();

    private async Task SubmitAsync()
    {
        var job = JobId.New();
        _jobs[job] = (Stopwatch.GetTimestamp(), new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously));
        var endpoint = await _bus.GetSendEndpoint(StageQueues.OrchestratorAddress);
        await endpoint.Send(new SubmitJob
        {
            JobId = job,
            Spec = new JobSpec { Model = "/model", Dataset = "/data.json", Deploy = new DeploySpec { Target = "none" } },
            SubmittedAt = TimeProvider.System.GetUtcNow(),
        });
    }

    private void Heard(JobChanged change)
    {
        if (_jobs.TryGetValue(change.JobId, out var job) && change.State is JobState.Succeeded or JobState.Failed)
        {
            if (change.State == JobState.Failed)
            {
                job.Ended.TrySetException(new InvalidOperationException($"{change.JobId} failed: {change.Message}"));
            }
            else
            {
                job.Ended.TrySetResult(Stopwatch.GetElapsedTime(job.Begun).TotalMilliseconds);
            }
        }
    }
}
