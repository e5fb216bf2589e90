using FineTunePipeline.Tokenization.Tokenizers;

namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>A model's tokenizer and chat template together: from messages to token ids, for training and for answers. Safe for several threads.</summary>
public sealed class ModelChat : IDisposable
{
    private const string Marker = "Qx7answer";
    private static readonly Dictionary<string, object?> ForTraining = new(StringComparer.Ordinal) { ["for_training"] = true };
    private readonly HashSet<int> _stopIds;

    /// <summary>Joins parts from elsewhere (for example from a GGUF file). The tokenizer is disposed with this object.</summary>
    /// <exception cref="ChatTemplateException">The template needs a token that the tokenizer lacks.</exception>
    public ModelChat(ITextTokenizer tokenizer, ChatTemplate template, SpecialTokens tokens)
    {
        Tokenizer = tokenizer;
        Template = template;
        Tokens = tokens;
        _stopIds = [.. tokens.StopIds];
        EosToken = tokens.EosToken ?? Text(tokens.EosId);
        EosId = Id(tokens.EosToken) ?? tokens.EosId;
        if (template.StopWords.Count > 0)
            UseStopWords(template.StopWords);
        BosToken = tokens.BosToken;
        BosId = Id(tokens.BosToken) ?? tokens.BosId;
        PadId = Id(tokens.PadToken) ?? tokens.PadId ?? EosId;
        if (EosId is { } eosId)
            _stopIds.Add(eosId);
        if (EndOfTurnId() is { } endOfTurn)
            _stopIds.Add(endOfTurn);
    }

    /// <summary>The tokenizer.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <summary>The chat template.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The model's named tokens as its files give them.</summary>
    public SpecialTokens Tokens { get; }

    /// <summary>Ids that end an answer: the model's end tokens, the named template's stop words, and the token with which the template ends a turn.</summary>
    public IReadOnlySet<int> StopIds => _stopIds;

    /// <summary>Begins a text; null if the model has none.</summary>
    public string? BosToken { get; }

    /// <summary>Ends a text; a named template with stop words replaces the model's own, as LLaMA-Factory does.</summary>
    public string? EosToken { get; private set; }

    /// <inheritdoc cref="BosToken"/>
    public int? BosId { get; }

    /// <inheritdoc cref="EosToken"/>
    public int? EosId { get; private set; }

    /// <summary>Fills a batch; the end token where the model names none.</summary>
    public int? PadId { get; }

    /// <summary>Variables given to each rendering, for example <c>enable_thinking</c>.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>();

    /// <summary>Loads a model folder's tokenizer with a template by name; <c>auto</c> is the folder's own.</summary>
    /// <exception cref="TokenizerLoadException">A file is missing or unusable.</exception>
    /// <exception cref="ChatTemplateException">Unknown name, no template in the folder, or a faulty one.</exception>
    public static ModelChat Load(string modelFolder, string template = NamedTemplates.Auto)
    {
        if (!Directory.Exists(modelFolder))
            throw new TokenizerLoadException($"The model folder {modelFolder} does not exist.");
        var parsed = template == NamedTemplates.Auto ? ModelFolder.ReadTemplate(modelFolder) : NamedTemplates.Parse(template);
        var tokenizer = HuggingFaceTokenizer.Load(modelFolder);
        try
        {
            return new ModelChat(tokenizer, parsed, ModelFolder.ReadSpecialTokens(modelFolder, tokenizer));
        }
        catch
        {
            tokenizer.Dispose();
            throw;
        }
    }

    /// <summary>The conversation as text.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="addGenerationPrompt">Opens the assistant's turn at the end.</param>
    /// <param name="variables">Further variables of this rendering alone (<c>tools</c>); they go before <see cref="Variables"/>.</param>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables = null)
    {
        var all = new Dictionary<string, object?>(Variables, StringComparer.Ordinal);
        foreach (var (name, value) in variables ?? new Dictionary<string, object?>())
            all[name] = value;
        return Template.Render(new ChatTemplateInput
        {
            Messages = messages,
            AddGenerationPrompt = addGenerationPrompt,
            BosToken = BosToken,
            EosToken = EosToken,
            PadToken = Tokens.PadToken,
            UnkToken = Tokens.UnkToken,
            Variables = all,
        });
    }

    /// <summary>The ids to generate an answer from. No special token is added to what the template wrote.</summary>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="variables">As for <see cref="Render"/>.</param>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyDictionary<string, object?>? variables = null)
    {
        var text = Render(messages, addGenerationPrompt: true, variables);
        var lastAnswer = messages.ToList().FindLastIndex(message => message.Role == "assistant");
        if (!Template.SplitsAtSpecialTokens || lastAnswer < 0)
            return EncodeSegment(text);
        var ids = new List<int>();
        var position = 0;
        foreach (var (prompt, answer) in TurnSplitter.Split([.. messages.Take(lastAnswer + 1)], (part, opens) => Render(part, opens, variables)))
        {
            ids.AddRange(EncodeSegment(prompt));
            ids.AddRange(EncodeSegment(answer));
            position += prompt.Length + answer.Length;
        }

        ids.AddRange(EncodeSegment(text[position..]));
        return [.. ids];
    }

    /// <summary>
    /// A conversation as training data. Answers with the end of their turn are trained, the rest only with <paramref name="trainOnPrompt"/>. Prompt and
    /// answer are encoded each on its own and cut turn by turn, both as LLaMA-Factory does.
    /// </summary>
    /// <param name="messages">The conversation; the last message must be the assistant's.</param>
    /// <param name="trainOnPrompt">Trains every token.</param>
    /// <param name="cutoff">Largest number of ids; null for no limit.</param>
    /// <exception cref="ArgumentException">The conversation does not end with an answer.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or answers cannot be found in what it writes.</exception>
    public TrainingExample EncodeExample(IReadOnlyList<ChatMessage> messages, bool trainOnPrompt = false, int? cutoff = null)
    {
        if (messages.Count == 0 || messages[^1].Role != "assistant")
            throw new ArgumentException("A training conversation must end with a message of the assistant.", nameof(messages));
        var ids = new List<int>();
        var trained = new List<bool>();
        var fullLength = 0;
        foreach (var (prompt, answer) in TurnSplitter.Split(messages, (part, opens) => Render(part, opens, ForTraining)))
        {
            var source = EncodeSegment(prompt);
            var target = EncodeSegment(answer);
            fullLength += source.Length + target.Length;
            var room = cutoff - ids.Count ?? int.MaxValue;
            if (room <= 0)
                continue;
            var (sourceLength, targetLength) = cutoff is null ? (source.Length, target.Length) : Fit(source.Length, target.Length, room);
            ids.AddRange(source.AsSpan(0, sourceLength));
            trained.AddRange(Enumerable.Repeat(trainOnPrompt, sourceLength));
            ids.AddRange(target.AsSpan(0, targetLength));
            trained.AddRange(Enumerable.Repeat(true, targetLength));
        }

        return new TrainingExample([.. ids], [.. trained]) { FullLength = fullLength };
    }

    /// <inheritdoc/>
    public void Dispose() => Tokenizer.Dispose();

    /// <summary>How LLaMA-Factory shares the room of a turn: the longer half gives way; where both are long, in proportion.</summary>
    private static (int Source, int Target) Fit(int source, int target, int room)
    {
        var largestTarget = (long)target * 2 < room ? room
            : (long)source * 2 < room ? room - source
            : (int)(room * ((double)target / (source + target)));
        var newTarget = Math.Min(largestTarget, target);
        return (Math.Min(Math.Max(room - newTarget, 0), source), newTarget);
    }

    private int[] EncodeSegment(string text)
    {
        if (!Template.SplitsAtSpecialTokens)
            return Tokenizer.Encode(text);
        var ids = new List<int>();
        var position = 0;
        while (position < text.Length)
        {
            var (next, length, id) = NextSpecial(text, position);
            ids.AddRange(Tokenizer.Encode(text[position..next]));
            if (id is { } special)
                ids.Add(special);
            position = next + length;
        }

        return [.. ids];
    }

    private (int Position, int Length, int? Id) NextSpecial(string text, int from)
    {
        var best = (Position: text.Length, Length: 0, Id: (int?)null);
        foreach (var (token, id) in new[] { (BosToken, BosId), (EosToken, EosId) })
        {
            if (string.IsNullOrEmpty(token) || id is null)
                continue;
            var at = text.IndexOf(token, from, StringComparison.Ordinal);
            if (at >= 0 && at < best.Position)
                best = (at, token.Length, id);
        }

        return best;
    }

    private void UseStopWords(IReadOnlyList<string> stopWords)
    {
        EosToken = stopWords[0];
        EosId = Id(EosToken) ?? throw new ChatTemplateException(
            $"the template ends answers with {EosToken}, which this model's tokenizer does not have. Choose another template, or auto for the model's own", 0);
        foreach (var word in stopWords)
        {
            if (Id(word) is { } id)
                _stopIds.Add(id);
        }
    }

    /// <summary>The token right after an answer, found by rendering one.</summary>
    private int? EndOfTurnId()
    {
        string text;
        try
        {
            text = Render([new ChatMessage("user", "x"), new ChatMessage("assistant", Marker)], addGenerationPrompt: false);
        }
        catch (ChatTemplateException)
        {
            // A template may refuse this conversation; the model's own end tokens then have to do.
            return null;
        }

        var marker = text.LastIndexOf(Marker, StringComparison.Ordinal);
        var after = marker < 0 ? "" : text[(marker + Marker.Length)..].TrimStart();
        var ids = Tokenizer.Encode(after);
        if (ids.Length == 0 || Tokenizer.IdToToken(ids[0]) is not { } token || !after.StartsWith(token, StringComparison.Ordinal))
            return null;
        return Tokenizer.SpecialIds.Contains(ids[0]) || (token.Length > 2 && token.StartsWith('<') && token.EndsWith('>')) ? ids[0] : null;
    }

    private int? Id(string? token) => token is null ? null : Tokenizer.TokenToId(token);

    private string? Text(int? id) => id is { } known ? Tokenizer.IdToToken(known) : null;
}
