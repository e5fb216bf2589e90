using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.Chaos.Jobs;

/// <summary>The files that jobs name, and the jobs themselves: small, and with every stage.</summary>
/// <param name="change">Makes the run's own jobs of them; null: they stay as they are.</param>
internal sealed class JobInputs(ChaosFolder folder, Func<JobSpec, JobSpec>? change = null)
{
    private string Good => Path.Combine(folder.Inputs, "good.json");

    private string Bad => Path.Combine(folder.Inputs, "bad.json");

    private string Taught => Path.Combine(folder.Inputs, "taught.jsonl");

    private string General => Path.Combine(folder.Inputs, "general.jsonl");

    public void Write()
    {
        var samples = Enumerable.Range(1, 12).Select(number => $$"""{"instruction": "What is {{number}} and 1?", "input": "", "output": "It is {{number + 1}}."}""");
        File.WriteAllText(Good, $"[{string.Join(",\n", samples)}]\n");
        File.WriteAllText(Bad, "[{\"instruction\": \"What is 1 and 1?\", \"input\": \"\", \"output\": \"It is 2.\"},\n{\"instruction\": \"What\n");
        File.WriteAllText(Taught, Questions("taught"));
        File.WriteAllText(General, Questions("general"));
    }

    public JobSpec Spec(JobPlan plan) => change is null ? Plain(plan) : change(Plain(plan));

    /// <summary>Where the job's result must be in the end.</summary>
    public string Deployed(JobPlan plan) => Path.Combine(folder.Deployed, $"job-{plan.Number}");

    private JobSpec Plain(JobPlan plan) => new()
    {
        Name = $"{plan.Kind.ToString().ToLowerInvariant()}-{plan.Number}",
        Model = EnginePath.TestData("models", "tiny-qwen3"),
        Dataset = plan.Kind == PlanKind.BadData ? Bad : Good,
        Hyperparameters = new Hyperparameters
        {
            MaxSteps = 6,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 1,
            CutoffLen = 40,
            LoraRank = 4,
            LoggingSteps = 1,
            SaveSteps = 2,
        },
        Evaluation = new EvaluationSpec { Taught = Taught, General = General, MaxNewTokens = 4 },
        Outputs = new OutputSpec { Merged = false, Gguf = ["f16"] },
        Deploy = new DeploySpec { Target = "folder", Folder = Deployed(plan) },
    };

    private static string Questions(string set) => string.Concat(Enumerable.Range(1, 2).Select(number =>
        $$"""{"id": "{{set}}-{{number}}", "prompt": "What is {{number}} and {{set.Length}}?", "expect": "{{number + set.Length}}", "match": "contains"}""" + "\n"));
}
