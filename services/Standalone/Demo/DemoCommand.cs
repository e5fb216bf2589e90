using System.Diagnostics;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Deployment.Serving;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.JobFiles;
using FineTunePipeline.Messaging.Bus;
using FineTunePipeline.ServiceDefaults.Home;
using FineTunePipeline.ServiceDefaults.Serving;
using FineTunePipeline.Standalone.Demo.Rented;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>The main job with the shipped small model, through the same gateway, saga, stages and engines as any other job.</summary>
internal static class DemoCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = DemoOptions.Parse(args);
        var openSsh = options.Rented ? OpenSsh.Find() : null;
        using var stop = new CancellationTokenSource();
        try
        {
            return await RunAsync(options, openSsh, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return DemoInterrupt.Interrupted;
        }
    }

    private static async Task<int> RunAsync(DemoOptions options, OpenSsh? openSsh, CancellationTokenSource stop)
    {
        var watch = Stopwatch.StartNew();

        // A data folder and a bus of its own, so that a serving Standalone and a demo do not disturb each other.
        await using var process = ServiceProcess.Make(StandaloneHost.Plan(openSsh is null ? ["--Logging:LogLevel:Default=Warning"] : RentedPlay.Settings) with
        {
            Folder = Path.Combine(DataHome.DefaultFolder(), "demo"),
            Transport = BusOptions.InMemory,
            Urls = "http://127.0.0.1:0",
            EndsBySignal = false,
        });
        var (app, home) = (process.App, process.Home);
        DemoClient? gateway = null;
        string? jobId = null;
        using var interrupt = new DemoInterrupt(() => jobId is null ? stop.CancelAsync() : gateway!.CancelAsync(jobId, CancellationToken.None));
        await app.StartAsync(stop.Token);

        gateway = new DemoClient(app.Services.GetRequiredService<IHttpClientFactory>(), app.Urls.First());
        var screen = new DemoScreen();
        screen.Start(options, home.Folder);
        await using var rented = openSsh is null ? null : await RentedPlay.StartAsync(openSsh, process, gateway, screen, stop.Token);

        var spec = LoadJob(options);
        jobId = await gateway.SubmitAsync(rented is null ? spec : RentedPlay.OnHosts(spec), stop.Token);
        await foreach (var followed in gateway.FollowAsync(jobId, stop.Token))
        {
            screen.Show(followed);
            if (rented is not null)
            {
                await rented.SeeAsync(followed, jobId, stop.Token);
            }
        }

        var job = await gateway.ShowAsync(jobId, stop.Token);
        var results = await DemoResults.SaveAsync(gateway, job, Path.Combine(home.Folder, "results", jobId), stop.Token);
        var answers = await DemoAnswers.ReadAsync(results, stop.Token);
        var chat = job.State == JobState.Succeeded ? await gateway.AskAsync(jobId, "What is your name?", stop.Token) : null;
        var facts = rented is null ? null : await rented.EndAsync(jobId, stop.Token);
        watch.Stop();

        screen.Finish(job, results, answers, chat, facts, watch.Elapsed);
        if (options.Json is not null)
        {
            await DemoReport.WriteAsync(options.Json, job, results, chat, facts, watch.Elapsed, stop.Token);
        }

        if (options.Keep && job.Result?.Endpoint is { } endpoint)
        {
            screen.Kept(endpoint, job.Result.ModelName!);
        }
        else
        {
            await app.Services.GetRequiredService<IServedModels>().StopAsync(jobId, stop.Token);
        }

        await app.StopAsync(stop.Token);
        return job.State == JobState.Succeeded && facts?.IsShown != false ? 0 : 1;
    }

    private static JobSpec LoadJob(DemoOptions options)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "examples", "demo");
        var file = Path.Combine(folder, "job.yaml");
        if (!File.Exists(file))
        {
            throw new DemoException($"The demo's job file {file} is missing; build services/Standalone again.");
        }

        var spec = JobPaths.Resolve(JobFile.ReadYaml(File.ReadAllText(file)), folder);
        return spec with { Variables = new Dictionary<string, string> { ["name"] = options.Name, ["author"] = options.Author } };
    }
}
