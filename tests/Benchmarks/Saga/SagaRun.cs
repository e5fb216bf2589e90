using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Messaging.Stages;
using MassTransit;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>
/// The client: submits jobs to the orchestrator's queue and hears of their ends by its own queue. It reads no more of a message than whose end it tells, for
/// what it computes is taken from those that it measures; Celery's client only counts lines of a file.
/// </summary>
internal sealed class SagaRun : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>What a message holds that tells of an end.</summary>
    private static readonly byte[][] EndMarks = [.. new[] { JobState.Succeeded, JobState.Failed }.Select(state => Encoding.UTF8.GetBytes($"\"state\":{(int)state},"))];

    private readonly ConcurrentDictionary<string, (long Begun, TaskCompletionSource<double> Ended)> _jobs = new();
    private readonly IBusControl _bus;
    private readonly IConnection _connection;

    private SagaRun(Uri broker, IConnection connection) => (_connection, _bus) = (connection, MassTransit.Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(broker)));

    public static async Task<SagaRun> StartAsync(Uri broker)
    {
        var run = new SagaRun(broker, await new ConnectionFactory { Uri = broker }.CreateConnectionAsync());
        await run._bus.StartAsync();
        await run.ListenAsync(nameof(JobChanged), nameof(JobsChanged));
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

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync();
        await _connection.DisposeAsync();
    }

    private async Task ListenAsync(params string[] messages)
    {
        var channel = await _connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var exchange in messages.Select(message => $"{typeof(JobChanged).Namespace}:{message}"))
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            await channel.QueueBindAsync(queue, exchange, "");
        }

        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            if (EndMarks.Any(mark => message.Body.Span.IndexOf(mark) >= 0))
            {
                using var envelope = JsonDocument.Parse(message.Body);
                var told = envelope.RootElement.GetProperty("message");
                foreach (var change in told.TryGetProperty("changes", out var changes) ? changes.EnumerateArray().ToArray() : [told])
                {
                    Heard(change.GetProperty("jobId").GetString()!, (JobState)change.GetProperty("state").GetInt32(), change.GetProperty("message").GetString());
                }
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

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

    private void Heard(string jobId, JobState state, string? message)
    {
        if (!_jobs.TryGetValue(jobId, out var job))
        {
            return;
        }

        if (state == JobState.Failed)
        {
            job.Ended.TrySetException(new InvalidOperationException($"{jobId} failed: {message}"));
        }
        else if (state == JobState.Succeeded)
        {
            job.Ended.TrySetResult(Stopwatch.GetElapsedTime(job.Begun).TotalMilliseconds);
        }
    }
}
