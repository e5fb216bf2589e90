using System.Text.Json;

namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>Reads one entry of <c>dataset_info.json</c>.</summary>
internal sealed class DatasetInfoEntry(string path, string name, JsonElement entry)
{
    private static readonly string[] Formattings = ["alpaca", "sharegpt", "openai"];

    private static readonly string[] Columns =
        ["prompt", "query", "response", "history", "system", "messages", "tools", "images", "videos", "audios", "chosen", "rejected", "kto_tag"];
    private static readonly string[] Tags = ["role_tag", "content_tag", "user_tag", "assistant_tag", "observation_tag", "function_tag", "system_tag"];

    public DatasetFormat Read()
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("must be an object");
        }

        var formatting = Text(entry, "formatting") ?? "alpaca";
        var format = formatting switch
        {
            "alpaca" => DatasetFormat.Alpaca,
            "sharegpt" => DatasetFormat.ShareGpt,
            "openai" => DatasetFormat.OpenAi,
            _ => throw Wrong($"has the formatting '{formatting}'{NearestColumn.Hint(formatting, Formattings)}; use one of {string.Join(", ", Formattings)}"),
        };
        format = WithTags(WithColumns(format with { FileName = Text(entry, "file_name"), Ranking = IsRanking() }));
        return !format.Ranking || (format.Chosen is not null && format.Rejected is not null)
            ? format
            : throw Wrong("says ranking: true and must name the columns chosen and rejected");
    }

    private bool IsRanking() => entry.TryGetProperty("ranking", out var ranking) && ranking.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw Wrong("has 'ranking' that is neither true nor false"),
    };

    private DatasetFormat WithColumns(DatasetFormat format)
    {
        if (Part("columns", Columns) is not { } columns)
        {
            return format;
        }

        // As in LLaMA-Factory: with 'columns' given, a column that it does not name is not read.
        return format with
        {
            Prompt = Text(columns, "prompt"),
            Query = Text(columns, "query"),
            Response = Text(columns, "response"),
            History = Text(columns, "history"),
            System = Text(columns, "system"),
            Messages = Text(columns, "messages"),
            Chosen = Text(columns, "chosen"),
            Rejected = Text(columns, "rejected"),
            KtoTag = Text(columns, "kto_tag"),
            Media = Text(columns, "images") ?? Text(columns, "videos") ?? Text(columns, "audios"),
        };
    }

    private DatasetFormat WithTags(DatasetFormat format)
    {
        if (Part("tags", Tags) is not { } tags)
        {
            return format;
        }

        return format with
        {
            RoleTag = Text(tags, "role_tag") ?? format.RoleTag,
            ContentTag = Text(tags, "content_tag") ?? format.ContentTag,
            UserTag = Text(tags, "user_tag") ?? format.UserTag,
            AssistantTag = Text(tags, "assistant_tag") ?? format.AssistantTag,
            SystemTag = Text(tags, "system_tag") ?? format.SystemTag,
        };
    }

    private JsonElement? Part(string part, string[] known)
    {
        if (!entry.TryGetProperty(part, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"has '{part}' that is not an object");
        }

        if (element.EnumerateObject().FirstOrDefault(property => !known.Contains(property.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
        {
            throw Wrong($"has the unknown {part} entry '{unknown.Name}'{NearestColumn.Hint(unknown.Name, known)}; known are {string.Join(", ", known)}");
        }

        return element;
    }

    private string? Text(JsonElement element, string property)
    {
        if (!element.TryGetProperty(property, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong($"has '{property}' that is not a text");
    }

    private InvalidDatasetException Wrong(string what) => new(path, $"data set '{name}' {what}");
}
