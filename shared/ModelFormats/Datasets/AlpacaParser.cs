using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>One column for each part: the user says instruction, line break, input; the assistant says output.</summary>
internal static class AlpacaParser
{
    public static ChatSample Parse(long line, JsonElement record, DatasetFormat format)
    {
        RecordParser.Required(record, format.Prompt, "instruction");
        var answer = format.Ranking ? format.Chosen : format.Response;
        RecordParser.Required(record, answer, "answer");
        if (format.Ranking)
        {
            RecordParser.Required(record, format.Rejected, "worse answer");
        }

        var instruction = RecordParser.Text(record, format.Prompt);
        var input = RecordParser.Text(record, format.Query);
        var user = string.Join("\n", new[] { instruction, input }.Where(part => !string.IsNullOrEmpty(part)));
        if (string.IsNullOrWhiteSpace(user))
        {
            throw new WrongRecordException($"'{format.Prompt}' is empty; write the question or remove the record");
        }

        var output = NotBlank(record, answer);
        var turns = new List<ChatTurn>();
        AddHistory(turns, record, format.History);
        turns.Add(new ChatTurn(ChatTurn.UserRole, user));
        turns.Add(new ChatTurn(ChatTurn.AssistantRole, output));
        var system = RecordParser.Text(record, format.System);
        return new ChatSample(line, string.IsNullOrEmpty(system) ? null : system, turns)
        {
            Rejected = format.Ranking ? NotBlank(record, format.Rejected) : null,
            IsGood = RecordParser.Mark(record, format),
        };
    }

    private static string NotBlank(JsonElement record, string? column) => RecordParser.Text(record, column) is { } text && !string.IsNullOrWhiteSpace(text)
        ? text
        : throw new WrongRecordException($"'{column}' is empty; write the answer or remove the record");

    private static void AddHistory(List<ChatTurn> turns, JsonElement record, string? column)
    {
        if (column is null || !record.TryGetProperty(column, out var history) || history.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (history.ValueKind != JsonValueKind.Array)
        {
            throw new WrongRecordException($"'{column}' must be a list of [instruction, answer], not {RecordParser.Describe(history)}");
        }

        foreach (var pair in history.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String)
            {
                throw new WrongRecordException($"'{column}' must be a list of [instruction, answer], two texts each");
            }

            turns.Add(new ChatTurn(ChatTurn.UserRole, pair[0].GetString()!));
            turns.Add(new ChatTurn(ChatTurn.AssistantRole, pair[1].GetString()!));
        }
    }
}
