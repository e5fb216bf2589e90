using System.Globalization;
using System.Text.Json;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.Benchmarks.Overhead;

/// <summary>
/// What the pipeline adds to a training: the train stage of a job on a prepared host, with its transfers of checkpoints and result, against the same
/// <c>llamafactory-cli train</c> with the same configuration by SSH on the same host, in turns; and how late <c>finetune watch</c> shows what the tool wrote.
/// </summary>
internal static class OverheadBenchmark
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = OverheadOptions.Parse(arguments);
        var folder = Directory.CreateTempSubdirectory("finetune-overhead-").FullName;
        try
        {
            await RunAsync(options, folder);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunAsync(OverheadOptions options, string folder)
    {
        await using var home = await OverheadHome.StartAsync(folder, Tool(options, folder));
        var job = WriteJob(options, folder);
        List<double> stage = [], bare = [], delays = [];

        // The first pair pays for what is read from the disk and compiled for the first time.
        for (var run = 0; run <= options.Repeat; run++)
        {
            var (seconds, late, configuration) = await RunJobAsync(home, job, Path.Combine(folder, $"bare-{run}"));
            var alone = await home.SshSecondsAsync($"cd '{folder}' && {Environment()} '{Path.Combine(folder, "llamafactory-cli")}' train '{configuration}' >/dev/null 2>&1");
            Say($"{run}: stage {seconds:F2} s, alone {alone:F2} s, watch at most {late.Max():F2} s late");
            if (run > 0)
            {
                stage.Add(seconds);
                bare.Add(alone);
                delays.AddRange(late);
            }
        }

        var report = new BenchmarkReport();
        report.AddSeconds("train_stage_vs_train", stage, bare, identical: null);
        report.Add("added", stage.Zip(bare, (with, without) => with - without).Order().ElementAt(stage.Count / 2), null, "s", moreIsBetter: false);
        report.Add("added_most", stage.Zip(bare, (with, without) => with - without).Max(), null, "s", moreIsBetter: false);
        report.Add("watch_delay_p50", delays.Order().ElementAt(delays.Count / 2), null, "s", moreIsBetter: false);
        report.Add("watch_delay_most", delays.Max(), null, "s", moreIsBetter: false);
        await report.WriteAsync(options.JsonFile);
    }

    /// <summary>Runs the job, and keeps what its training was given, with another output folder, as the configuration of one without us.</summary>
    private static async Task<(double StageSeconds, IReadOnlyList<double> Delays, string Configuration)> RunJobAsync(OverheadHome home, string job, string copy)
    {
        var id = (await home.FinetuneAsync("submit", job)).Trim();
        var times = new StepTimes();
        using var ended = new CancellationTokenSource();
        var files = times.WatchFilesAsync(home.HostFolder, log => Keep(log, copy), ended.Token);
        using var watch = home.Finetune("watch", id);
        await times.ReadWatchAsync(watch.StandardOutput);
        await watch.WaitForExitAsync();
        await ended.CancelAsync();
        await files;
        if (watch.ExitCode != 0)
        {
            throw new InvalidOperationException($"{id} did not succeed: {await home.FinetuneAsync("show", id)}");
        }

        var got = Path.Combine(copy, "got");
        await home.FinetuneAsync("get", id, got);
        var provenance = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(got, "provenance.json")));
        return ((At("succeeded") - At("begun")).TotalSeconds, times.Delays(), Path.Combine(copy, "train.yaml"));

        DateTimeOffset At(string what) => provenance.GetProperty("history").EnumerateArray()
            .Single(moment => moment.GetProperty("stage").GetString() == "train" && moment.GetProperty("what").GetString() == what).GetProperty("at").GetDateTimeOffset();
    }

    private static void Keep(string log, string copy)
    {
        var run = log;
        while (!File.Exists(Path.Combine(run, "train.yaml")))
        {
            run = Path.GetDirectoryName(run) ?? throw new InvalidOperationException($"There is no train.yaml above {log}.");
        }

        Directory.CreateDirectory(copy);
        var lines = File.ReadAllLines(Path.Combine(run, "train.yaml"));
        var data = lines.Single(line => line.StartsWith("dataset_dir:", StringComparison.Ordinal))["dataset_dir:".Length..].Trim().Trim('"', '\'');
        foreach (var file in Directory.EnumerateFiles(data))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        File.WriteAllLines(
            Path.Combine(copy, "train.yaml"),
            lines.Select(line => line.StartsWith("output_dir:", StringComparison.Ordinal) ? $"output_dir: \"{copy}/out\""
                : line.StartsWith("dataset_dir:", StringComparison.Ordinal) ? $"dataset_dir: \"{copy}\""
                : line));
    }

    /// <summary>The tool under one path, whichever it is.</summary>
    private static string Tool(OverheadOptions options, string folder)
    {
        var path = Path.Combine(folder, "llamafactory-cli");
        File.WriteAllText(path, $"#!/bin/sh\nexec '{options.LlamaFactory ?? EnginePath.Of("finetune-trainer")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private static string WriteJob(OverheadOptions options, string folder)
    {
        var root = EnginePath.RepositoryRoot();
        var file = Path.Combine(folder, "job.yaml");
        File.WriteAllText(file, $$"""
            name: overhead
            model: {{root}}/models/demo-base
            dataset: {{root}}/examples/demo/persona.json
            variables: {name: Ada, author: Forge Lab}
            hyperparameters: {max_steps: {{options.Steps}}, per_device_train_batch_size: 4, gradient_accumulation_steps: 2, logging_steps: 1, save_steps: 10, cutoff_len: 128}
            outputs: {merged: false, gguf: []}
            deploy: {target: none}
            provider: {name: ssh, trainer: llamafactory}
            budget: {hourly_price_cap: 5}
            """);
        return file;
    }

    private static string Environment() => string.Join(' ', OverheadHome.ToolEnvironment.Select(pair => $"{pair.Key}={pair.Value}"));

    private static void Say(FormattableString text) => Console.Error.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
