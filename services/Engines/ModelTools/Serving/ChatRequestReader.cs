using System.Globalization;
using System.Text.Json;
using FineTunePipeline.ModelTools.Llama;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Serving;

/// <summary>
/// Reads OpenAI's chat request. What would change the answer and is not supported is refused, not ignored; keys that do not matter here (user, store,
/// metadata, …) are left alone.
/// </summary>
internal static class ChatRequestReader
{
    private const int MostStops = 16;
    private const int LongestStop = 1000;
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    public static async Task<ChatRequest> ReadAsync(HttpRequest request, ServeOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? Read(json.RootElement, options)
                : throw OpenAiException.Invalid("invalid_json", "The body must be a JSON object.");
        }
        catch (JsonException exception)
        {
            throw OpenAiException.Invalid(
                "invalid_json", $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).");
        }
        catch (InvalidOperationException)
        {
            // Kinds are looked at before values are read: what is left is an escape of half a character.
            throw OpenAiException.Invalid("invalid_json", "The body contains text that is no valid Unicode.");
        }
    }

    private static ChatRequest Read(JsonElement root, ServeOptions options)
    {
        var fields = new JsonFields(root);
        RefuseWhatIsNotThere(fields);
        return new ChatRequest
        {
            Model = fields.Text("model"),
            Messages = Messages(fields),
            Sampling = new SamplingOptions
            {
                Temperature = fields.Number("temperature", 0, 2) ?? options.Temperature,
                TopP = fields.Number("top_p", 0, 1) ?? options.TopP,
                Seed = fields.Integer("seed", long.MinValue, long.MaxValue),
                PresencePenalty = fields.Number("presence_penalty", -2, 2) ?? 0,
                FrequencyPenalty = fields.Number("frequency_penalty", -2, 2) ?? 0,
                LogitBias = LogitBias(fields),
            },
            MaxTokens = (int?)(fields.Integer("max_completion_tokens", 1, int.MaxValue) ?? fields.Integer("max_tokens", 1, int.MaxValue)),
            Stop = Stops(fields),
            Stream = fields.Flag("stream"),
            IncludeUsage = fields.Find("stream_options") is { ValueKind: JsonValueKind.Object } stream
                && new JsonFields(stream, "stream_options.").Flag("include_usage"),
        };
    }

    private static void RefuseWhatIsNotThere(JsonFields fields)
    {
        if (fields.Integer("n", 1, 128) > 1)
        {
            throw fields.Unsupported("n", "only one answer a request is given here; send the request several times with different seeds.");
        }

        if (fields.Flag("logprobs"))
        {
            throw fields.Unsupported("logprobs", "this server gives no log probabilities.");
        }

        foreach (var name in (string[])["tools", "functions"])
        {
            if (fields.Find(name) is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0)
            {
                throw fields.Unsupported(name, "this server calls no tools.");
            }
        }

        if (fields.Find("response_format") is { } format && !(format.ValueKind == JsonValueKind.Object && new JsonFields(format).Text("type") == "text"))
        {
            throw fields.Unsupported("response_format", "only text is given here.");
        }
    }

    private static List<ChatMessage> Messages(JsonFields fields)
    {
        if (fields.Find("messages") is not { } list)
        {
            throw OpenAiException.Invalid("missing_required_parameter", "Missing required parameter: 'messages'.", "messages");
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw fields.Wrong("messages", "an array of messages", list);
        }

        if (list.GetArrayLength() == 0)
        {
            throw OpenAiException.Invalid("empty_array", "'messages' is empty: send one message at least.", "messages");
        }

        return [.. list.EnumerateArray().Select(Message)];
    }

    private static ChatMessage Message(JsonElement json, int index)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"messages[{index}]");
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiException.Invalid("invalid_type", $"Invalid type for '{path}': expected an object.", path);
        }

        var fields = new JsonFields(json, path + ".");
        var role = fields.Text("role")
            ?? throw OpenAiException.Invalid("missing_required_parameter", $"Missing required parameter: '{path}.role'.", path + ".role");
        if (!Roles.Contains(role))
        {
            throw OpenAiException.Invalid("invalid_value", $"Invalid value for '{path}.role': '{role}'. Known: {string.Join(", ", Roles)}.", path + ".role");
        }

        if (fields.Find("tool_calls") is not null)
        {
            throw fields.Unsupported("tool_calls", "this server calls no tools.");
        }

        // The newer name of the same role; chat templates know the older one.
        return new ChatMessage(role == "developer" ? "system" : role, Content(fields, path));
    }

    private static string Content(JsonFields fields, string path)
    {
        if (fields.Find("content") is not { } content)
        {
            throw OpenAiException.Invalid("missing_required_parameter", $"Missing required parameter: '{path}.content'.", path + ".content");
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select((part, index) => Part(part, $"{path}.content[{index}]"))),
            _ => throw fields.Wrong("content", "a string or an array of parts", content),
        };
    }

    private static string Part(JsonElement part, string path)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw OpenAiException.Invalid("invalid_type", $"Invalid type for '{path}': expected an object.", path);
        }

        var fields = new JsonFields(part, path + ".");
        return fields.Text("type") == "text"
            ? fields.Text("text") ?? throw OpenAiException.Invalid("missing_required_parameter", $"Missing required parameter: '{path}.text'.", path + ".text")
            : throw fields.Unsupported("type", "only parts of type text can be read here.");
    }

    private static List<string> Stops(JsonFields fields)
    {
        if (fields.Find("stop") is not { } stop)
        {
            return [];
        }

        var listed = stop.ValueKind switch
        {
            JsonValueKind.String => [stop],
            JsonValueKind.Array => stop.EnumerateArray().ToList(),
            _ => throw fields.Wrong("stop", "a string or an array of strings", stop),
        };
        if (listed.Count > MostStops)
        {
            throw fields.Unsupported("stop", $"at most {MostStops} stop texts are accepted.");
        }

        return [.. listed.Select(text => Stop(fields, text))];
    }

    private static string Stop(JsonFields fields, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw fields.Wrong("stop", "a string or an array of strings", value);
        return text.Length is > 0 and <= LongestStop ? text : throw fields.Unsupported("stop", $"a stop text must have 1 to {LongestStop} characters.");
    }

    private static Dictionary<int, float> LogitBias(JsonFields fields)
    {
        var biases = new Dictionary<int, float>();
        if (fields.Find("logit_bias") is not { } bias)
        {
            return biases;
        }

        if (bias.ValueKind != JsonValueKind.Object)
        {
            throw fields.Wrong("logit_bias", "an object", bias);
        }

        foreach (var entry in bias.EnumerateObject())
        {
            var value = new JsonFields(bias, "logit_bias.").Number(entry.Name, -100, 100) ?? 0;
            biases[int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                ? token
                : throw fields.Unsupported("logit_bias", $"'{entry.Name}' is no token id.")] = (float)value;
        }

        return biases;
    }
}
