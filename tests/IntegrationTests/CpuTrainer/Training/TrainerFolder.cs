using System.Diagnostics;
using System.Text.Json;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

/// <summary>A folder with data sets, in which <c>finetune-trainer</c> is run as the services run it: as a program of its own, with one thread.</summary>
internal sealed class TrainerFolder : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Nouns = ["house", "river", "book", "tree", "song", "cloud", "stone", "garden"];

    private readonly TemporaryFolder _folder = new();

    public TrainerFolder()
    {
        var samples = Enumerable.Range(0, 37).Select(number => new { instruction = $"Describe the {Nouns[number % 8]}.", input = "", output = Answer(number) });
        _folder.Write("data/tiny.json", JsonSerializer.Serialize(samples));
        _folder.Write("data/dataset_info.json", JsonSerializer.Serialize(new { tiny = new { file_name = "tiny.json" } }));
        _folder.Write("train.yaml", Yaml);
    }

    /// <summary>12 steps of 4 x 2 samples with dropout: 5 steps are an epoch, so that checkpoints lie in its middle.</summary>
    private static string Yaml =>
        $"""
        model_name_or_path: {EnginePath.TestData("models", "tiny-qwen3")}
        template: qwen3_nothink
        do_train: true
        finetuning_type: lora
        lora_rank: 4
        lora_dropout: 0.1
        dataset: tiny
        dataset_dir: data
        output_dir: out
        logging_steps: 2
        save_steps: 3
        per_device_train_batch_size: 4
        gradient_accumulation_steps: 2
        learning_rate: 1e-2
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        max_steps: 12
        """;

    public string At(params ReadOnlySpan<string> parts) => _folder.At(parts);

    public string Write(string relative, string text) => _folder.Write(relative, text);

    /// <summary>Adds a data set with this text as its file.</summary>
    public void AddDataset(string name, string text)
    {
        Write($"data/{name}.json", text);
        var sets = Directory.EnumerateFiles(At("data"), "*.json").Select(Path.GetFileName).Where(file => file != "dataset_info.json");
        Write("data/dataset_info.json", JsonSerializer.Serialize(sets.ToDictionary(file => Path.GetFileNameWithoutExtension(file)!, file => new { file_name = file })));
    }

    public Task<TrainerResult> TrainAsync(params string[] overrides) => RunAsync(["train", "train.yaml", .. overrides]);

    /// <summary>Trains and requires success.</summary>
    public async Task<TrainerResult> TrainedAsync(params string[] overrides)
    {
        var result = await TrainAsync(overrides);
        Xunit.Assert.True(result.ExitCode == 0, result.ToString());
        return result;
    }

    public Task<TrainerResult> RunAsync(params string[] arguments) => EndAsync(Start(arguments));

    public Process Start(params string[] arguments) => Start(EnginePath.Of("finetune-trainer"), arguments);

    public Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    public static async Task<TrainerResult> EndAsync(Process process)
    {
        using (process)
        {
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                var output = process.StandardOutput.ReadToEndAsync(limit.Token);
                var diagnostics = process.StandardError.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new TrainerResult(process.ExitCode, await output, await diagnostics);
            }
            finally
            {
                if (!process.HasExited)
                {
                    process.Kill(entireProcessTree: true);
                }
            }
        }
    }

    /// <summary>Lines of trainer_log.jsonl.</summary>
    public List<JsonElement> Log(string output = "out") => [.. File.ReadLines(At(output, "trainer_log.jsonl")).Select(line => JsonElement.Parse(line))];

    public JsonElement Json(params ReadOnlySpan<string> parts) => JsonElement.Parse(File.ReadAllText(At(parts)));

    public byte[] Bytes(params ReadOnlySpan<string> parts) => File.ReadAllBytes(At(parts));

    /// <summary>Names of the checkpoints, oldest first.</summary>
    public List<string> Checkpoints(string output = "out") => !Directory.Exists(At(output))
        ? []
        : [.. Directory.EnumerateDirectories(At(output)).Select(folder => Path.GetFileName(folder)).OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal)];

    public void CopyFolder(string from, string to) => _folder.CopyFolder(from, to);

    public void Dispose() => _folder.Dispose();

    private static string Answer(int number) => string.Concat(Enumerable.Repeat($"The {Nouns[number % 8]} is quick. ", 1 + (number % 3)));
}
