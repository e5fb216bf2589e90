using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.ModelTools.Datasets;
using FineTunePipeline.ModelTools.Running;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.ModelTools.Commands;

/// <summary><c>preview DATA --model DIR</c>: the first samples exactly as the trainer will see them.</summary>
internal static class PreviewCommand
{
    private const int DefaultCount = 3;

    public static readonly VerbUsage Usage = new(
        "Shows the first samples as the trainer will see them: special tokens written out, trained tokens marked.",
        ["DATA"],
        DatasetOptions.Model,
        new VerbOption("count", "N", $"samples to show; default {DefaultCount}"),
        DatasetOptions.Template,
        DatasetOptions.Cutoff);

    public static async Task RunAsync(VerbArguments arguments, EngineOutput output, CancellationToken cancellationToken)
    {
        var (modelFolder, cutoff) = (DatasetOptions.ModelOf(arguments), DatasetOptions.CutoffOf(arguments));
        var count = arguments.Integer("count", DefaultCount, 1, 1000);
        using var chat = await FolderChat.LoadAsync(modelFolder, arguments.Text("template"), cancellationToken);
        var data = DataFile.Open(arguments[0]);
        var samples = new List<object>();
        var skipped = new List<object>();
        foreach (var record in DatasetReader.Read(data.Path, data.Format))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record is DatasetProblem problem)
            {
                skipped.Add(new { problem.Line, Reason = problem.Message });
            }
            else
            {
                try
                {
                    samples.AddRange(record.Examples(chat, cutoff).Select(example => Show(record.Line, example, chat)));
                }
                catch (Exception exception) when (exception is ChatTemplateException or TokenizerInputException)
                {
                    skipped.Add(new { record.Line, Reason = exception.Message });
                }
            }

            if (samples.Count >= count || skipped.Count > count)
            {
                break;
            }
        }

        output.Result(new { Samples = samples, Skipped = skipped });
    }

    private static object Show(long line, TrainingExample example, ModelChat chat) => new
    {
        Line = line,
        Text = chat.Tokenizer.Decode(example.Ids, skipSpecialTokens: false),
        Tokens = example.Ids.Select((id, index) => new { Id = id, Text = TextOf(id, chat.Tokenizer), Trained = example.Trained[index] }),
        example.FullLength,
    };

    /// <summary>A token that is only a part of a character is shown as its vocabulary writes it.</summary>
    private static string TextOf(int id, ITextTokenizer tokenizer)
    {
        var text = tokenizer.Decode([id], skipSpecialTokens: false);
        return text.Length == 0 || text.Contains('\uFFFD', StringComparison.Ordinal) ? tokenizer.IdToToken(id) ?? text : text;
    }
}
