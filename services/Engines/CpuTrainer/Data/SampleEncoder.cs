using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;
using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>Turns conversations into tokens, leaves out those of which nothing can be learnt, and says how many were cut.</summary>
internal sealed class SampleEncoder(ModelChat chat, DataOptions options, TrainerOutput output)
{
    private const int ShownReasons = 5;

    /// <param name="samples">Conversations.</param>
    /// <param name="kind"><c>training</c> or <c>eval</c>, for the log.</param>
    /// <exception cref="TrainerException">Nothing is left.</exception>
    public IReadOnlyList<TokenizedSample> Encode(IReadOnlyList<ChatSample> samples, string kind)
    {
        var (encoded, cut, reasons) = (new List<TokenizedSample>(samples.Count), 0, new List<string>());
        foreach (var sample in samples)
        {
            try
            {
                var example = chat.EncodeExample(Messages(sample), options.TrainOnPrompt, options.Cutoff);
                var tokenized = new TokenizedSample(example.Ids, example.Trained);
                cut += example.IsCut ? 1 : 0;
                if (tokenized.TrainedTokens > 0)
                {
                    encoded.Add(tokenized);
                }
                else
                {
                    reasons.Add($"line {sample.Line}: no token of the answer is within cutoff_len {options.Cutoff}");
                }
            }
            catch (Exception exception) when (exception is ChatTemplateException or TokenizerInputException)
            {
                reasons.Add($"line {sample.Line}: {exception.Message}");
            }
        }

        Report(kind, encoded.Count, cut, reasons);
        return encoded.Count > 0
            ? encoded
            : throw new TrainerException("RuntimeError", $"Cannot find valid samples: all {samples.Count} {kind} samples were left out.", reasons.FirstOrDefault());
    }

    public static IReadOnlyList<ChatMessage> Messages(ChatSample sample)
    {
        var turns = sample.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content));
        return sample.System is { } system ? [new ChatMessage(ChatTurn.SystemRole, system), .. turns] : [.. turns];
    }

    /// <summary>Shows the first sample the way the model sees it, to catch a wrong template by eye.</summary>
    public void Show(TokenizedSample sample, string kind)
    {
        var labels = sample.Ids.Zip(sample.Trained, (id, trained) => trained ? id : -100);
        output.Line(
            $"""
            {kind} example:
            input_ids:
            [{string.Join(", ", sample.Ids)}]
            inputs:
            {chat.Tokenizer.Decode(sample.Ids, skipSpecialTokens: false)}
            label_ids:
            [{string.Join(", ", labels)}]
            labels:
            {chat.Tokenizer.Decode([.. sample.Ids.Where((_, place) => sample.Trained[place])], skipSpecialTokens: false)}
            """);
    }

    private void Report(string kind, int usable, int cut, List<string> reasons)
    {
        if (cut > 0)
        {
            output.Warn("data", $"{cut} {kind} samples are longer than cutoff_len {options.Cutoff} and were cut.");
        }

        if (reasons.Count > 0)
        {
            output.Warn("data", $"Left out {reasons.Count} {kind} samples: {string.Join("; ", reasons.Take(ShownReasons))}{(reasons.Count > ShownReasons ? "; …" : "")}");
        }

        output.Info("data", $"{usable} {kind} samples.");
    }
}
