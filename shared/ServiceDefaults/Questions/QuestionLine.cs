using System.Text.Json;
using FineTunePipeline.Contracts;

namespace FineTunePipeline.ServiceDefaults.Questions;

/// <summary>One line of a question file, as people write it: <c>{"id": "…", "prompt": "…", "expect": "…", "match": "contains"}</c>.</summary>
public sealed record QuestionLine
{
    /// <summary>Unique inside its file; null if the line names none.</summary>
    public string? Id { get; init; }

    public required string Prompt { get; init; }

    public required string Expect { get; init; }

    public QuestionMatch Match { get; init; } = QuestionMatch.Contains;

    /// <summary>null for the JSON word null.</summary>
    /// <exception cref="JsonException">It is no JSON, or a key is missing or unknown.</exception>
    public static QuestionLine? Parse(string line) => JsonSerializer.Deserialize<QuestionLine>(line, ContractJson.Options);
}
