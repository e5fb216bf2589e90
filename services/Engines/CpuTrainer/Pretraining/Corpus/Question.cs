using System.Text.Json.Serialization;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>One line of a question file.</summary>
/// <param name="Id">Unique in its file.</param>
/// <param name="Prompt">What the model is asked.</param>
/// <param name="Expect">What the answer must contain, or be; case and punctuation do not count.</param>
/// <param name="Match"><see cref="Contains"/> or <see cref="Exact"/>.</param>
internal sealed record Question(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("prompt")] string Prompt,
    [property: JsonPropertyName("expect")] string Expect,
    [property: JsonPropertyName("match")] string Match)
{
    public const string Contains = "contains";
    public const string Exact = "exact";
}
