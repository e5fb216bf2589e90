using FineTunePipeline.Tokenization.ChatTemplates.Jinja;

namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>
/// A parsed chat template (Jinja2 as transformers configures it). Parsing and rendering are limited in size, steps, depth and time, because
/// templates come with downloaded models. Immutable and safe for use by several threads.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(string source, IReadOnlyList<Statement> statements)
    {
        Source = source;
        _statements = statements;
    }

    /// <summary>The template's text as given.</summary>
    public string Source { get; }

    /// <summary>Limits of each rendering.</summary>
    public ChatTemplateLimits Limits { get; init; } = ChatTemplateLimits.Default;

    /// <summary>Tokens that end an answer, as a named template lists them; empty for a model's own template.</summary>
    public IReadOnlyList<string> StopWords { get; private init; } = [];

    /// <summary>
    /// The text is encoded in parts, one a message and the begin and end tokens apart, as LLaMA-Factory does for its named templates. It matters for tokenizers
    /// that put a space before each text (Llama 2).
    /// </summary>
    internal bool SplitsAtSpecialTokens { get; private init; }

    /// <summary>The clock of <c>strftime_now</c> and of the time limit.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Parses a template's text.</summary>
    /// <exception cref="ChatTemplateException">Wrong syntax, or too long; the error names the line.</exception>
    public static ChatTemplate Parse(string source) => Parse(source, ChatTemplateLimits.Default, TimeProvider.System);

    /// <inheritdoc cref="Parse(string)"/>
    public static ChatTemplate Parse(string source, ChatTemplateLimits limits, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(limits);
        if (source.Length > limits.MaxSourceLength)
            throw new ChatTemplateException($"the template is longer than {limits.MaxSourceLength} characters", 0);
        return new ChatTemplate(source, Parser.Parse(source)) { Limits = limits, Clock = clock };
    }

    /// <summary>Renders a conversation. <c>tools</c> and <c>documents</c> are none unless given, as in transformers.</summary>
    /// <exception cref="ChatTemplateException">The template failed, refused the messages or exceeded a limit.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["tools"] = null, ["documents"] = null };
        AddIfGiven("bos_token", input.BosToken);
        AddIfGiven("eos_token", input.EosToken);
        AddIfGiven("pad_token", input.PadToken);
        AddIfGiven("unk_token", input.UnkToken);
        foreach (var (name, value) in input.Variables ?? new Dictionary<string, object?>())
            variables[name] = value;
        variables["messages"] = input.Messages.Select(ToFields).ToList();
        variables["add_generation_prompt"] = input.AddGenerationPrompt;
        return Render(variables);

        void AddIfGiven(string name, string? value)
        {
            if (value is not null)
                variables[name] = value;
        }
    }

    internal ChatTemplate With(bool splitsAtSpecialTokens, IReadOnlyList<string> stopWords) => new(Source, _statements)
    {
        Limits = Limits,
        Clock = Clock,
        SplitsAtSpecialTokens = splitsAtSpecialTokens,
        StopWords = stopWords,
    };

    /// <summary>Renders with exactly these variables.</summary>
    internal string Render(IEnumerable<KeyValuePair<string, object?>> variables) =>
        Evaluator.Render(_statements, variables, new RenderContext(Limits, Clock));

    private static Dictionary<string, object?> ToFields(ChatMessage message)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal) { ["role"] = message.Role, ["content"] = message.Content };
        foreach (var (name, value) in message.Fields ?? new Dictionary<string, object?>())
            fields[name] = value;
        return fields;
    }
}
