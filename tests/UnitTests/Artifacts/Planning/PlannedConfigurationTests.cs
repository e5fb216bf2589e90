using System.Text.Json;
using FineTunePipeline.Artifacts.Validate.Planning;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts.Trainers;
using FineTunePipeline.JobFiles;
using FineTunePipeline.UnitTests.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.Artifacts.Planning;

public sealed class PlannedConfigurationTests
{
    private static readonly TrainerProgram?[] Hosts =
    [
        null,
        new() { FileName = "/tool" },
        new() { FileName = "/tool", Cards = 1, Precision = "bfloat16" },
        new() { FileName = "/tool", Cards = 4, Precision = "float16" },
    ];

    /// <summary>What a host may change is named, and what is named may change.</summary>
    [Theory]
    [InlineData(TrainerNames.Builtin, "/model", "{}")]
    [InlineData(TrainerNames.Builtin, "host:/root/model", "{}")]
    [InlineData(TrainerNames.LlamaFactory, "/model", "{}")]
    [InlineData(TrainerNames.LlamaFactory, "host:/root/model", """{"optim": "adamw_torch"}""")]
    [InlineData(TrainerNames.LlamaFactory, "/model", """{"bf16": false, "ddp_timeout": 100}""")]
    [InlineData(TrainerNames.LlamaFactory, "/model", """{"pure_bf16": true}""")]
    [InlineData(TrainerNames.LlamaFactory, "/model", """{"pure_bf16": false}""")]
    public void Differs_from_what_a_host_makes_of_it_in_the_named_keys_alone(string trainer, string model, string own)
    {
        var spec = JobFile.ReadYaml(JobFileSamples.EveryKey) with
        {
            Model = model,
            Provider = new ProviderSpec { Trainer = trainer },
            Llamafactory = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(own)!,
        };
        var text = PlannedConfiguration.Of(spec, "one,two");
        var planned = Lines(text);

        var changed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var host in Hosts.Where(host => host is null == (trainer == TrainerNames.Builtin)))
        {
            foreach (var from in new[] { null, "/out/checkpoint-7" })
            {
                var real = Lines(TrainingYaml.Of(new TrainingSetup
                {
                    Spec = spec,
                    DatasetNames = "one,two",
                    ModelFolder = HostModel.FolderOf(model) ?? "/work/model",
                    DatasetFolder = "/work/data",
                    OutputFolder = "/work/out",
                    ResumeFrom = from,
                    Trainer = host,
                }));
                changed.UnionWith(real.Keys.Union(planned.Keys).Where(key => real.GetValueOrDefault(key) != planned.GetValueOrDefault(key)));
            }
        }

        Assert.Equal(TrainingYaml.DecidedOnHost(spec).Keys, changed);
        Assert.All(changed, key => Assert.Contains($"#   {key}: ", text, StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Lines(string yaml) => yaml.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith('#')).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
