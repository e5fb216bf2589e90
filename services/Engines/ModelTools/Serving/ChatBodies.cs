using System.Text.Json.Serialization;
using FineTunePipeline.ModelTools.Llama;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>What OpenAI's chat answers have in common: who answers whom, and when.</summary>
internal sealed record ChatBodies(string Id, long Created, string Model)
{
    public object Whole(string content, FinishReason reason, Usage usage) => new
    {
        Id,
        Object = "chat.completion",
        Created,
        Model,
        Choices = new[] { new WholeChoice(0, new WholeMessage("assistant", content), reason.Name()) },
        Usage = usage,
    };

    public object Piece(Delta delta, FinishReason? reason = null) =>
        new { Id, Object = "chat.completion.chunk", Created, Model, Choices = new[] { new PieceChoice(0, delta, reason?.Name()) } };

    /// <summary>The last chunk of a stream that was asked for it.</summary>
    public object UsagePiece(Usage usage) => new { Id, Object = "chat.completion.chunk", Created, Model, Choices = Array.Empty<PieceChoice>(), Usage = usage };

    internal sealed record WholeChoice(int Index, WholeMessage Message, string FinishReason)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public object? Logprobs { get; }
    }

    internal sealed record WholeMessage(string Role, string Content)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public string? Refusal { get; }
    }

    internal sealed record PieceChoice(int Index, Delta Delta, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason);

    internal sealed record Delta(string? Role, string? Content);

    internal sealed record Usage(int PromptTokens, int CompletionTokens)
    {
        public int TotalTokens => PromptTokens + CompletionTokens;
    }
}
