using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Checkpoints;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.CpuTrainer.Torch;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary>The verb <c>train</c>: reads the configuration, the data and the model, then trains, evaluates and predicts as it says.</summary>
internal sealed class TrainCommand(TrainerOutput output, TimeProvider time)
{
    public int Run(IReadOnlyList<string> arguments)
    {
        var values = ArgumentReader.Read(ConfigFile.Read(arguments));
        var options = TrainOptions.From(values);
        Announce(options);
        using var stop = new StopRequest();
        using var outputLock = OutputLock.Take(options.Output.Folder);
        using var chat = LoadChat(options);
        var (train, evaluation) = ReadSamples(options);
        var encoder = new SampleEncoder(chat, options.Data, output);
        var trainSamples = options.DoTrain ? encoder.Encode(train, "training") : [];
        var evalSamples = options.DoEval ? encoder.Encode(evaluation, "eval") : [];
        Show(encoder, trainSamples, evalSamples);
        stop.ThrowIfRequested();

        TorchRuntime.Initialize();
        using var model = LoadModel(options);
        using var lora = AttachAdapter(options, model);
        var evaluator = options.DoEval ? new Evaluator(evalSamples, options.EvalBatchSize, options.ComputeAccuracy, time, stop) : null;
        object epoch = 0;
        if (options.DoTrain)
        {
            epoch = new TrainingSession(options, values.ToJson(), model, Trained(options, model, lora), trainSamples, evaluator, output, time, stop).Run();
        }

        if (evaluator is not null)
        {
            new EvaluationSession(options, evaluator, output, time).Run(model, epoch);
        }

        if (options.DoPredict)
        {
            new PredictionSession(options, chat, evaluation, output, time, stop).Run(model);
        }

        return 0;
    }

    private void Announce(TrainOptions options)
    {
        if (options.KeysWithoutEffect.Count > 0)
        {
            output.Info("arguments", $"Without effect on this trainer: {string.Join(", ", options.KeysWithoutEffect)}.");
        }

        if (options.AskedForHalf)
        {
            output.Warn("arguments", "bf16 and fp16 are accepted, but everything is computed in float32.");
        }
    }

    private static ModelChat LoadChat(TrainOptions options)
    {
        var template = options.Data.Template ?? NamedTemplates.Auto;
        if (!NamedTemplates.Exists(template))
        {
            throw TrainerException.Value($"Template {template} does not exist.", NamedTemplates.DescribeUnknown(template));
        }

        try
        {
            return ModelChat.Load(options.ModelFolder, template);
        }
        catch (TokenizerLoadException exception)
        {
            throw new TrainerException("OSError", "Failed to load tokenizer.", exception.Message, exception);
        }
        catch (ChatTemplateException exception)
        {
            throw TrainerException.Value(exception.Message);
        }
    }

    private (IReadOnlyList<ChatSample> Train, IReadOnlyList<ChatSample> Evaluation) ReadSamples(TrainOptions options)
    {
        var files = new DatasetFiles(options.Data, output);
        var train = files.Read(options.Data.TrainSets);
        return options.Data.EvalSets.Count > 0 ? (train, files.Read(options.Data.EvalSets)) : ValidationSplit.Of(train, options.Data.ValSize, options.Seed);
    }

    private static void Show(SampleEncoder encoder, IReadOnlyList<TokenizedSample> train, IReadOnlyList<TokenizedSample> evaluation)
    {
        if (train.Count > 0)
        {
            encoder.Show(train[0], "training");
        }

        if (evaluation.Count > 0)
        {
            encoder.Show(evaluation[0], "eval");
        }
    }

    private CausalLm LoadModel(TrainOptions options)
    {
        var model = CausalLm.Load(options.ModelFolder);
        TorchRuntime.UseThreadsFor(model.Config.HiddenSize);
        output.Info("model", $"Fine-tuning method: {(options.Lora ? "LoRA" : "Full")}");
        return model;
    }

    /// <summary>New adapters for a training, or those of <c>adapter_name_or_path</c>.</summary>
    private Lora? AttachAdapter(TrainOptions options, CausalLm model)
    {
        if (options.AdapterFolder is { } folder)
        {
            var loaded = AdapterFile.Load(model, folder);
            output.Info("model", $"Loaded adapter(s): {folder}");
            return loaded;
        }

        return options is { DoTrain: true, Lora: true }
            ? Lora.Attach(model, new LoraSettings
            {
                Rank = options.LoraRank,
                Alpha = options.LoraAlpha,
                Dropout = options.LoraDropout,
                Targets = options.LoraTarget.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            }, options.Seed)
            : null;
    }

    private ITrainedWeights Trained(TrainOptions options, CausalLm model, Lora? lora)
    {
        ITrainedWeights weights = lora is not null ? new LoraWeights(lora, options.ModelFolder) : new FullWeights(model, options.ModelFolder);
        var trainable = weights.Parameters.Sum(parameter => parameter.Tensor.numel());
        var all = model.NamedParameters.Sum(parameter => parameter.Tensor.numel()) + (lora is null ? 0 : trainable);
        output.Info("model", FormattableString.Invariant($"trainable params: {trainable:N0} || all params: {all:N0} || trainable%: {trainable * 100.0 / all:F4}"));
        return weights;
    }
}
