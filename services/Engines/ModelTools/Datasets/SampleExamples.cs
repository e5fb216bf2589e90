using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Datasets;

internal static class SampleExamples
{
    /// <summary>What the trainer makes of a record: one example, or two of a pair of answers.</summary>
    /// <param name="cutoff">Largest number of ids of an example; plain texts are joined and divided anew, and none is cut.</param>
    public static IReadOnlyList<TrainingExample> Examples(this DatasetRecord record, ModelChat chat, int? cutoff) => record switch
    {
        TextSample text => [Whole(text.Text, chat)],
        ChatSample { Rejected: { } worse } pair => [chat.EncodeExample(Messages(pair), cutoff: cutoff), chat.EncodeExample(Messages(pair, worse), cutoff: cutoff)],
        ChatSample sample => [chat.EncodeExample(Messages(sample), cutoff: cutoff)],
        _ => throw new ArgumentOutOfRangeException(nameof(record), record, null),
    };

    /// <summary>The conversation as chat templates take it.</summary>
    private static IReadOnlyList<ChatMessage> Messages(ChatSample sample, string? lastAnswer = null)
    {
        var turns = sample.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content)).ToList();
        if (lastAnswer is not null)
        {
            turns[^1] = new ChatMessage(ChatTurn.AssistantRole, lastAnswer);
        }

        return string.IsNullOrEmpty(sample.System) ? turns : [new ChatMessage(ChatTurn.SystemRole, sample.System), .. turns];
    }

    /// <summary>A text, and the token that ends it; every token is learnt.</summary>
    private static TrainingExample Whole(string text, ModelChat chat)
    {
        int[] ids = chat.EosId is { } end ? [.. chat.Tokenizer.Encode(text), end] : chat.Tokenizer.Encode(text);
        return new TrainingExample(ids, [.. ids.Select(_ => true)]) { FullLength = ids.Length };
    }
}
