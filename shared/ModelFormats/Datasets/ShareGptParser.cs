using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>A list of messages, each with a role and a text; also OpenAI's layout, which has other names for the same.</summary>
internal static class ShareGptParser
{
    public static ChatSample Parse(long line, JsonElement record, DatasetFormat format)
    {
        var messages = RecordParser.Required(record, format.Messages, "messages");
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
        {
            throw new WrongRecordException($"'{format.Messages}' must be a list of messages, not {Describe(messages)}");
        }

        var system = RecordParser.Text(record, format.System);
        var turns = new List<ChatTurn>(messages.GetArrayLength());
        var number = 0;
        foreach (var message in messages.EnumerateArray())
        {
            number++;
            var turn = Turn(message, $"message {number}", format);
            if (turn.Role == ChatTurn.SystemRole)
            {
                system = number == 1 ? turn.Content : throw new WrongRecordException($"message {number} is a system message; only the first may be one");
            }
            else
            {
                CheckOrder(turns, turn, number, format);
                turns.Add(turn);
            }
        }

        if (format.Ranking)
        {
            return Pair(line, record, system, turns, format);
        }

        if (turns.Count == 0 || turns[^1].Role != ChatTurn.AssistantRole)
        {
            throw new WrongRecordException(
                $"the last message must be from '{format.AssistantTag}', because that is what is learnt; add the answer or remove the record");
        }

        if (string.IsNullOrWhiteSpace(turns[^1].Content))
        {
            throw new WrongRecordException($"the last message is empty; write the answer or remove the record");
        }

        return new ChatSample(line, string.IsNullOrEmpty(system) ? null : system, turns) { IsGood = RecordParser.Mark(record, format) };
    }

    /// <summary>The messages end with the user; the two answers are a message each.</summary>
    private static ChatSample Pair(long line, JsonElement record, string? system, List<ChatTurn> turns, DatasetFormat format)
    {
        if (turns.Count == 0 || turns[^1].Role != ChatTurn.UserRole)
        {
            throw new WrongRecordException(
                $"the last message must be from '{format.UserTag}', because '{format.Chosen}' and '{format.Rejected}' answer it; take the answer out of '{format.Messages}'");
        }

        turns.Add(new ChatTurn(ChatTurn.AssistantRole, Answer(record, format.Chosen, format)));
        return new ChatSample(line, string.IsNullOrEmpty(system) ? null : system, turns) { Rejected = Answer(record, format.Rejected, format) };
    }

    private static string Answer(JsonElement record, string? column, DatasetFormat format)
    {
        var turn = Turn(RecordParser.Required(record, column, "answer"), $"'{column}'", format);
        return turn.Role != ChatTurn.AssistantRole ? throw new WrongRecordException($"'{column}' must be a message from '{format.AssistantTag}'")
            : string.IsNullOrWhiteSpace(turn.Content) ? throw new WrongRecordException($"'{column}' is empty; write the answer or remove the record")
            : turn.Content;
    }

    private static ChatTurn Turn(JsonElement message, string name, DatasetFormat format)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw new WrongRecordException(
                $"{name} must be an object with '{format.RoleTag}' and '{format.ContentTag}', not {RecordParser.Describe(message)}");
        }

        var tag = RequiredText(message, format.RoleTag, name);
        var role = tag == format.UserTag ? ChatTurn.UserRole
            : tag == format.AssistantTag ? ChatTurn.AssistantRole
            : tag == format.SystemTag ? ChatTurn.SystemRole
            : throw new WrongRecordException($"{name} has the role '{Shorten(tag)}'"
                + $"{NearestColumn.Hint(tag, [format.UserTag, format.AssistantTag, format.SystemTag])}; "
                + $"roles are '{format.UserTag}', '{format.AssistantTag}' and '{format.SystemTag}' (change the data, or 'tags' in dataset_info.json)");
        return new ChatTurn(role, RequiredText(message, format.ContentTag, name));
    }

    private static string RequiredText(JsonElement message, string tag, string name)
    {
        if (!message.TryGetProperty(tag, out var value))
        {
            var present = message.EnumerateObject().Select(property => property.Name).Take(12).ToList();
            throw new WrongRecordException($"{name} has no '{tag}'{NearestColumn.Hint(tag, present)}; it has: {string.Join(", ", present)}; "
                + "rename it, or map it under 'tags' in dataset_info.json");
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new WrongRecordException($"'{tag}' of {name} must be a text, not {RecordParser.Describe(value)}");
    }

    private static void CheckOrder(List<ChatTurn> turns, ChatTurn turn, int number, DatasetFormat format)
    {
        var expected = turns.Count % 2 == 0 ? ChatTurn.UserRole : ChatTurn.AssistantRole;
        if (turn.Role != expected)
        {
            var tag = expected == ChatTurn.UserRole ? format.UserTag : format.AssistantTag;
            throw new WrongRecordException($"message {number} must be from '{tag}': user and assistant speak in turns, the user first");
        }
    }

    private static string Describe(JsonElement messages) => messages.ValueKind == JsonValueKind.Array ? "an empty list" : RecordParser.Describe(messages);

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
