using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.JobFiles;
using Xunit;

namespace FineTunePipeline.UnitTests.JobFiles;

public sealed class JobFileDefaultsTests
{
    /// <summary>What people get who write two lines; a change here is a change for all of them.</summary>
    private const string Defaults =
        """
        {
          "model": "m", "dataset": "d.json", "variables": {}, "stage": "sft", "method": "lora", "template": "auto",
          "hyperparameters": {
            "learning_rate": 0.0001, "num_train_epochs": 3, "max_steps": -1, "per_device_train_batch_size": 1, "gradient_accumulation_steps": 8,
            "lr_scheduler_type": "cosine", "warmup_ratio": 0.1, "weight_decay": 0, "adam_beta1": 0.9, "adam_beta2": 0.999, "max_grad_norm": 1,
            "cutoff_len": 2048, "max_samples": 0, "train_on_prompt": false, "val_size": 0, "lora_rank": 8, "lora_alpha": 0, "lora_dropout": 0,
            "lora_target": "all", "seed": 42, "logging_steps": 5, "save_steps": 100, "early_stopping_steps": 0, "load_best_model_at_end": false, "group_by_length": false
          },
          "llamafactory": {},
          "evaluation": { "min_taught": 0, "max_general_drop": 1, "max_new_tokens": 64 },
          "outputs": { "merged": true, "gguf": ["f16", "q8_0", "q4_k_m"] },
          "deploy": { "target": "embedded", "port": 0 },
          "provider": { "name": "local", "trainer": "builtin" },
          "budget": { "hourly_price_cap": 0, "total": 0, "currency": "CNY", "deadline": "1.00:00:00" }
        }
        """;

    [Fact]
    public void Two_lines_are_a_job_and_the_rest_has_these_defaults()
    {
        var spec = JobFile.ReadYaml("model: m\ndataset: d.json\n");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Defaults), JobFileSamples.Json(spec)), JobFileSamples.Json(spec).ToJsonString());
    }

    [Theory]
    [InlineData("hyperparameters:")]
    [InlineData("hyperparameters: {}")]
    [InlineData("evaluation: {}")]
    [InlineData("outputs: {}")]
    [InlineData("deploy: {}")]
    [InlineData("budget: {}")]
    [InlineData("variables: {}")]
    [InlineData("name: ~")]
    public void An_empty_part_has_the_defaults_too(string part)
    {
        if (part == "hyperparameters:")
        {
            // A key with nothing behind it is more likely a line that got lost than a wish.
            Assert.Contains("not nothing", JobFileSamples.Refusal("model: m\ndataset: d.json\n" + part).Message);
            return;
        }

        var spec = JobFile.ReadYaml("model: m\ndataset: d.json\n" + part);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Defaults), JobFileSamples.Json(spec)));
    }

    [Fact]
    public void Yaml_and_json_of_every_key_give_the_same_job()
    {
        var fromYaml = JobFile.ReadYaml(JobFileSamples.EveryKey);
        var fromJson = JobFile.Read(JsonSerializer.Serialize(fromYaml, ContractJson.Options));

        Assert.True(JsonNode.DeepEquals(JobFileSamples.Json(fromYaml), JobFileSamples.Json(fromJson)));
        Assert.DoesNotContain(Leaves(JobFileSamples.Json(fromYaml), ""), leaf => Leaves(JsonNode.Parse(Defaults)!, "").Contains(leaf));
        Assert.Equal((FineTuningMethod.Full, TimeSpan.FromHours(30), 12.5m), (fromYaml.Method, fromYaml.Budget.Deadline, fromYaml.Budget.Total));
    }

    [Fact]
    public void The_sample_names_every_key_there_is()
    {
        var known = Keys(JsonNode.Parse(JobSchema.Json)!, "").ToHashSet();
        var written = Leaves(JobFileSamples.Json(JobFile.ReadYaml(JobFileSamples.EveryKey)), "").Select(leaf => leaf.Split('=')[0]).ToHashSet();
        foreach (var free in (string[])["variables", "llamafactory"])
        {
            Assert.NotEqual(0, written.RemoveWhere(key => key.StartsWith(free + ".", StringComparison.Ordinal)));
            written.Add(free);
        }

        Assert.Equal(known.Order(), written.Order());
    }

    private static IEnumerable<string> Leaves(JsonNode node, string path) => node is JsonObject parts
        ? parts.SelectMany(part => Leaves(part.Value!, path.Length == 0 ? part.Key : $"{path}.{part.Key}"))
        : [$"{path}={node.ToJsonString()}"];

    private static IEnumerable<string> Keys(JsonNode schema, string path) => schema["properties"] is JsonObject parts
        ? parts.SelectMany(part => Keys(part.Value!, path.Length == 0 ? part.Key : $"{path}.{part.Key}"))
        : [path];
}
