namespace FineTunePipeline.ModelFormats.Datasets;

/// <summary>
/// Which columns and tags of a data file mean what; the same names and defaults as one entry of LLaMA-Factory's <c>dataset_info.json</c>. A null column is
/// not read. Source: LLaMA-Factory data/README.md, 2026-11.
/// </summary>
public sealed record DatasetFormat
{
    /// <summary>Relative to the folder of <c>dataset_info.json</c>; null when the format was not read from there.</summary>
    public string? FileName { get; init; }

    public DatasetFormatting Formatting { get; init; } = DatasetFormatting.Alpaca;

    /// <summary>Alpaca: the instruction.</summary>
    public string? Prompt { get; init; } = "instruction";

    /// <summary>Alpaca: optional text that follows the instruction after a line break.</summary>
    public string? Query { get; init; } = "input";

    /// <summary>Alpaca: the answer to learn.</summary>
    public string? Response { get; init; } = "output";

    /// <summary>Alpaca: earlier turns, a list of [instruction, answer].</summary>
    public string? History { get; init; }

    /// <summary>Column of the system text, in both layouts.</summary>
    public string? System { get; init; }

    /// <summary>ShareGpt: the list of messages.</summary>
    public string? Messages { get; init; } = "conversations";

    public string RoleTag { get; init; } = "from";

    public string ContentTag { get; init; } = "value";

    public string UserTag { get; init; } = "human";

    public string AssistantTag { get; init; } = "gpt";

    public string SystemTag { get; init; } = "system";

    /// <summary>instruction, input, output.</summary>
    public static DatasetFormat Alpaca { get; } = new();

    /// <summary>conversations with from and value; human, gpt, system.</summary>
    public static DatasetFormat ShareGpt { get; } = new() { Formatting = DatasetFormatting.ShareGpt };

    /// <summary>messages with role and content; user, assistant, system.</summary>
    public static DatasetFormat OpenAi { get; } = new()
    {
        Formatting = DatasetFormatting.ShareGpt,
        Messages = "messages",
        RoleTag = "role",
        ContentTag = "content",
        UserTag = ChatTurn.UserRole,
        AssistantTag = ChatTurn.AssistantRole,
        SystemTag = ChatTurn.SystemRole,
    };

    /// <summary>Guesses the layout from the first records of a file.</summary>
    /// <exception cref="InvalidDatasetException">Nothing readable at the start, or columns of no known layout.</exception>
    public static DatasetFormat Detect(string path) => DatasetDetector.Detect(path);
}
