using FineTunePipeline.ModelFormats.Datasets;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Datasets;

internal static class SampleMessages
{
    /// <summary>The conversation as chat templates take it.</summary>
    public static IReadOnlyList<ChatMessage> Messages(this ChatSample sample)
    {
        var turns = sample.Turns.Select(turn => new ChatMessage(turn.Role, turn.Content));
        return string.IsNullOrEmpty(sample.System) ? [.. turns] : [new ChatMessage(ChatTurn.SystemRole, sample.System), .. turns];
    }
}
