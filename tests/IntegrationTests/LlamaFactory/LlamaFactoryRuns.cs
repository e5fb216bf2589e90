using System.Text.Json;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.ModelFormats.Folders;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.Training.Watching;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>Short trainings by the <c>llamafactory-cli</c> under test, on data that is described as the pipeline describes it.</summary>
internal sealed class LlamaFactoryRuns(TemporaryFolder folder)
{
    public const int Steps = 8;

    public async Task<TrainerYaml> TrainingAsync(
        string model, string method, string output, TrainingStage stage = TrainingStage.Sft, int batch = 4, int accumulation = 1)
    {
        var word = stage.ToString().ToLowerInvariant();
        var yaml = new TrainerYaml()
            .Add("model_name_or_path", TestModels.Folder(model)).Add("stage", word).Add("do_train", true).Add("finetuning_type", method)
            .Add("dataset", word).Add("dataset_dir", await DataAsync(stage)).Add("template", "empty").Add("cutoff_len", 64)
            .Add("preprocessing_num_workers", 1).Add("dataloader_num_workers", 0).Add("train_on_prompt", false)
            .Add("output_dir", output).Add("overwrite_output_dir", false).Add("logging_steps", 1).Add("save_steps", 3).Add("save_only_model", false).Add("report_to", "none")
            .Add("plot_loss", true)
            .Add("per_device_train_batch_size", batch).Add("gradient_accumulation_steps", accumulation).Add("learning_rate", 0.001).Add("max_steps", Steps).Add("seed", 42);
        return method switch
        {
            "lora" => yaml.Add("lora_rank", 4).Add("lora_target", "all"),

            // As the pipeline writes it for a host without a card.
            "freeze" => yaml.Add("bf16", true).Add("use_cpu", true),
            _ => yaml,
        };
    }

    public Task<EngineResult> TrainAsync(TrainerYaml yaml) => RunAsync("train", yaml.ToString());

    public Task<EngineResult> RunAsync(string verb, string yaml)
    {
        var file = folder.Write($"{verb}-{Guid.NewGuid():N}.yaml", yaml);
        var environment = new[] { "OMP_NUM_THREADS=1", "DISABLE_VERSION_CHECK=1", "HF_HUB_OFFLINE=1" };
        return ModelEngine.RunAsync("/usr/bin/env", [.. environment, LlamaFactoryTool.In(folder.Path), verb, file]);
    }

    public static HostFile[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => new HostFile(Path.GetRelativePath(folder, file), new FileInfo(file).Length))];

    public static List<TrainerLogLine?> Log(string output) => [.. File.ReadLines(output + "/trainer_log.jsonl").Select(TrainerLogLine.Parse)];

    public static SortedDictionary<int, double> Losses(string output) =>
        new(Log(output).Where(line => line!.Loss is not null).ToDictionary(line => line!.Step, line => line!.Loss!.Value));

    /// <summary>Exactly what the stages validate and fetch make of a person's file.</summary>
    private async Task<string> DataAsync(TrainingStage stage)
    {
        var word = stage.ToString().ToLowerInvariant();
        var data = folder.At("data-" + word);
        if (Directory.Exists(data))
        {
            return data;
        }

        var file = folder.Write($"{word}.jsonl", string.Join('\n', Enumerable.Range(0, 32).Select(number => JsonSerializer.Serialize(Record(stage, number)))));
        var faults = new FaultList();
        var sources = await new DatasetSources(new FolderArtifactStore(folder.At("store"), TimeProvider.System)).ResolveAsync(file, faults, default);
        await DatasetFolderBuilder.BuildAsync(sources, new Dictionary<string, string>(), StageData.Of(stage), data, faults, default);
        Assert.Empty(faults.Faults);
        return data;
    }

    private static object Record(TrainingStage stage, int number) => stage switch
    {
        TrainingStage.Pt => new { text = $"After {number} comes {number + 1}, and after that comes {number + 2}; so it goes on for ever and a day, as everybody knows." },
        TrainingStage.Dpo => new { instruction = $"What is {number} and one?", chosen = $"It is {number + 1}.", rejected = "I do not know." },
        TrainingStage.Kto => new
        {
            messages = new[] { new { role = "user", content = $"What is {number} and one?" }, new { role = "assistant", content = number % 2 == 0 ? $"It is {number + 1}." : "I do not know." } },
            kto_tag = number % 2 == 0,
        },
        _ => new { instruction = $"What is {number} and one?", output = $"It is {number + 1}." },
    };
}
