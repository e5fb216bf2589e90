using System.Collections.Concurrent;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelTools.Datasets;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>tokenize DATA --model DIR</c>: what a data set comes to in tokens. Streamed: memory does not grow with the file.</summary>
internal static class TokenizeCommand
{
    public static readonly VerbUsage Usage = new(
        "Counts a data set's tokens as the trainer will see them. A dataset_info.json beside the file says its layout, else its records show it.",
        ["DATA"],
        DatasetOptions.Model,
        DatasetOptions.Template,
        DatasetOptions.Cutoff);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var (modelFolder, cutoff) = (DatasetOptions.ModelOf(arguments), DatasetOptions.CutoffOf(arguments));
        using var chat = await FolderChat.LoadAsync(modelFolder, arguments.Text("template"), cancellationToken);
        var data = DataFile.Open(arguments[0]);
        var count = new TokenCount();
        await using var stream = File.OpenRead(data.Path);
        var length = Math.Max(1, stream.Length);

        // Samples are independent of each other; what they come to is added up under one lock.
        Parallel.ForEach(
            Partitioner.Create(DatasetReader.Read(stream, data.Format), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount },
            record =>
            {
                Count(record, chat, cutoff, count, data.Path);
                output.Progress(stream.Position / (double)length);
            });

        RefuseUnusable(count, data.Path, modelFolder);
        output.Result(new
        {
            count.Samples,
            count.Tokens,
            count.TrainedTokens,
            count.MaxTokens,
            count.OverCutoff,
            Skipped = count.FirstSkipped,
            count.SkippedCount,
            count.Histogram,
        });
    }

    private static void Count(DatasetRecord record, ModelChat chat, int? cutoff, TokenCount count, string path)
    {
        switch (record)
        {
            case DatasetProblem { EndsReading: true } problem:
                throw EngineException.BadInput("data_unreadable", $"{path}, line {problem.Line}: {problem.Message}");
            case DatasetProblem problem:
                Locked(() => count.Skip(problem.Line, problem.Message));
                break;
            default:
                try
                {
                    var examples = record.Examples(chat, cutoff);
                    Locked(() => count.Add(examples));
                }
                catch (Exception exception) when (exception is ChatTemplateException or TokenizerInputException)
                {
                    Locked(() => count.Skip(record.Line, exception.Message));
                }

                break;
        }

        void Locked(Action action)
        {
            lock (count)
            {
                action();
            }
        }
    }

    private static void RefuseUnusable(TokenCount count, string path, string modelFolder)
    {
        if (count.Samples == 0)
        {
            var first = count.FirstSkipped.Count > 0 ? $" The first fault, line {count.FirstSkipped[0].Line}: {count.FirstSkipped[0].Reason}" : "";
            throw EngineException.BadInput("no_samples", $"{path} has no sample that can be used.{first}");
        }

        if (FolderChat.EmbeddingRows(modelFolder) is { } rows && count.HighestId >= rows)
        {
            throw EngineException.BadInput(
                "tokenizer_beyond_model",
                $"The tokenizer of {modelFolder} gives token {count.HighestId}, but config.json says vocab_size {rows}: they do not belong together.");
        }
    }
}
