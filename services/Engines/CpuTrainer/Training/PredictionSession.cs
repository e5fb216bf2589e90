using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Data;
using FineTunePipeline.CpuTrainer.Generation;
using FineTunePipeline.CpuTrainer.Models;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.CpuTrainer.Training;

/// <summary><c>do_predict</c>: answers the prompts of the evaluation samples into generated_predictions.jsonl, in their order.</summary>
internal sealed class PredictionSession(
    TrainOptions options, ModelChat chat, IReadOnlyList<ChatSample> samples, TrainerOutput output, TimeProvider time, StopRequest stop)
{
    private const string FileName = "generated_predictions.jsonl";
    private const int RuntimeDigits = 4;
    private const int RateDigits = 3;

    public void Run(CausalLm model)
    {
        var questions = samples.Select(Question).ToList();
        WarnOfCuts(questions);
        var started = time.GetTimestamp();
        var predictions = Predict(model, questions);
        var metrics = Metrics(predictions, time.GetElapsedTime(started).TotalSeconds);
        output.Metrics("predict", metrics);
        ResultFiles.Write(options.Output.Folder, "predict", metrics);

        var path = Path.Combine(options.Output.Folder, FileName);
        output.Info("predict", $"Saving prediction results to {path}");
        DurableFile.WriteText(path, string.Concat(predictions.Select(Line)));
    }

    private IReadOnlyList<Prediction> Predict(CausalLm model, IReadOnlyList<PredictionQuestion> questions)
    {
        try
        {
            return Predictor.Run(
                model, questions, Settings(), Decode, stop.Token, done => output.Bar("predict", done, questions.Count));
        }
        catch (OperationCanceledException) when (stop.IsRequested)
        {
            throw new StoppedException(stop.ExitCode);
        }
    }

    private GenerationSettings Settings() => new()
    {
        MaxNewTokens = options.Generation.MaxNewTokens,
        StopIds = chat.StopIds,
        Temperature = options.Generation.Sample ? options.Generation.Temperature : 0,
        TopP = options.Generation.TopP,
        Seed = options.Seed,
        BatchSize = options.EvalBatchSize,
    };

    private PredictionQuestion Question(ChatSample sample)
    {
        var messages = SampleEncoder.Messages(sample);
        IReadOnlyList<ChatMessage> asked = [.. messages.Take(messages.Count - 1)];
        var prompt = chat.EncodePrompt(asked);
        var used = prompt.Length > options.Data.Cutoff ? prompt[..options.Data.Cutoff] : prompt;
        var whole = chat.EncodeExample(messages).Ids;
        var label = whole.AsSpan().StartsWith(prompt) ? Decode(whole[prompt.Length..]) : messages[^1].Content;
        return new PredictionQuestion(chat.Tokenizer.Decode(used, skipSpecialTokens: false), used, label);
    }

    private void WarnOfCuts(List<PredictionQuestion> questions)
    {
        var cut = questions.Count(question => question.PromptIds.Length == options.Data.Cutoff);
        if (cut > 0)
        {
            output.Warn("predict", $"{cut} prompts reach cutoff_len {options.Data.Cutoff} and may have been cut.");
        }
    }

    private string Decode(IReadOnlyList<int> ids) => chat.Tokenizer.Decode([.. ids], options.Generation.SkipSpecialTokens);

    private KeyValuePair<string, object?>[] Metrics(IReadOnlyList<Prediction> predictions, double seconds) =>
    [
        new("predict_bleu-4", Mean(predictions, TextScores.Bleu)),
        new("predict_rouge-1", Mean(predictions, (predicted, expected) => TextScores.Rouge(predicted, expected, 1))),
        new("predict_rouge-2", Mean(predictions, (predicted, expected) => TextScores.Rouge(predicted, expected, 2))),
        new("predict_rouge-l", Mean(predictions, TextScores.RougeLongest)),
        new("predict_runtime", Math.Round(seconds, RuntimeDigits)),
        new("predict_samples_per_second", Math.Round(predictions.Count / seconds, RateDigits)),
        new("predict_steps_per_second", Math.Round(Math.Ceiling(predictions.Count / (double)options.EvalBatchSize) / seconds, RateDigits)),
    ];

    private static double Mean(IReadOnlyList<Prediction> predictions, Func<string, string, double> score) =>
        predictions.Average(prediction => score(prediction.Predict, prediction.Label));

    private static string Line(Prediction prediction) =>
        PythonJson.Line([new("prompt", prediction.Prompt), new("predict", prediction.Predict), new("label", prediction.Label)]) + "\n";
}
