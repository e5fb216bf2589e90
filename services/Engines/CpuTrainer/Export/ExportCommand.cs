using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;

namespace FineTunePipeline.CpuTrainer.Export;

/// <summary>The verb <c>export</c>: base model and adapter of a YAML file become one model folder.</summary>
internal sealed class ExportCommand(TrainerOutput output)
{
    public int Run(IReadOnlyList<string> arguments)
    {
        var values = ArgumentReader.Read(ConfigFile.Read(arguments));
        var model = values.OptionalText("model_name_or_path") ?? throw TrainerException.Value("Please provide `model_name_or_path`.");
        var target = values.OptionalText("export_dir") ?? throw TrainerException.Value("Please specify `export_dir` to save model.");
        var adapter = values.OptionalText("adapter_name_or_path");
        if (adapter is not null && !File.Exists(Path.Combine(adapter, "adapter_config.json")))
        {
            throw TrainerException.Value($"Can't find 'adapter_config.json' at '{adapter}'");
        }

        Exporter.Run(model, adapter, Path.GetFullPath(target), part => output.Bar("export", (int)(part * 100), 100));
        output.Info("export", adapter is null ? $"Exported {model} to {target}" : $"Merged 1 adapter(s): {adapter}. Saved in {target}");
        return 0;
    }
}
