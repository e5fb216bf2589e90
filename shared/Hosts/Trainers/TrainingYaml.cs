using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Hosts.Trainers;

/// <summary>The configuration file of a job's trainer, for who starts it and for who tells beforehand what it will be given.</summary>
public static class TrainingYaml
{
    /// <summary>The file's text.</summary>
    public static string Of(TrainingSetup setup) => IsLlamaFactory(setup.Spec)
        ? LlamaFactoryYaml.Of(setup).ToString()
        : JobYaml.Of(setup).Add("group_by_length", setup.Spec.Hyperparameters.GroupByLength).ToString();

    /// <summary>The keys whose value, or whether they are there at all, only the host decides, each with what it will be.</summary>
    public static IReadOnlyDictionary<string, string> DecidedOnHost(JobSpec spec)
    {
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["dataset_dir"] = "the folder of the data there",
            ["output_dir"] = "the folder of the attempt there",
            ["resume_from_checkpoint"] = "only where training goes on: the folder of the last committed checkpoint",
        };
        if (!HostModel.IsNamedBy(spec.Model))
        {
            keys["model_name_or_path"] = "the folder of the model there";
        }

        foreach (var (key, what) in IsLlamaFactory(spec) ? LlamaFactoryYaml.DecidedOnHost(spec) : [])
        {
            keys[key] = what;
        }

        return keys;
    }

    private static bool IsLlamaFactory(JobSpec spec) => spec.Provider.Trainer == TrainerNames.LlamaFactory;
}
