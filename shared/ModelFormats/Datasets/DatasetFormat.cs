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

    /// <summary>Each record has two answers, of which one is better.</summary>
    public bool Ranking { get; init; }

    /// <summary>With <see cref="Ranking"/>: the better answer. A text, or in ShareGpt a message.</summary>
    public string? Chosen { get; init; }

    /// <summary>With <see cref="Ranking"/>: the worse answer.</summary>
    public string? Rejected { get; init; }

    /// <summary>True or false: whether the answer is a good one.</summary>
    public string? KtoTag { get; init; }

    /// <summary>A column of pictures, sounds or films; null: the records are text alone.</summary>
    public string? Media { get; init; }

    /// <summary>ShareGpt: the list of messages.</summary>
    public string? Messages { get; init; } = "conversations";

    public string RoleTag { get; init; } = "from";

    public string ContentTag { get; init; } = "value";

    public string UserTag { get; init; } = "human";

    public string AssistantTag { get; init; } = "gpt";

    public string SystemTag { get; init; } = "system";

    /// <summary>What its records are.</summary>
    public DatasetKind Kind => Ranking ? DatasetKind.Pairs
        : KtoTag is not null ? DatasetKind.Marked
        : Formatting == DatasetFormatting.Alpaca && Response is null && Prompt is not null ? DatasetKind.Texts
        : DatasetKind.Chats;

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
    /// <param name="wanted">What its records must be: the same columns can be read as one or the other.</param>
    /// <exception cref="InvalidDatasetException">Nothing readable at the start, or columns of no known layout, or of another kind.</exception>
    public static DatasetFormat Detect(string path, DatasetKind wanted = DatasetKind.Chats) => new DatasetDetector(wanted).Detect(path);
}
