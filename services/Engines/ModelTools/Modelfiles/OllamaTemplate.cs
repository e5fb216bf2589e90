using System.Text;
using FineTunePipeline.Tokenization.ChatTemplates;

namespace FineTunePipeline.ModelTools.Modelfiles;

/// <summary>
/// Puts a chat template into Ollama's (Go's) template language by watching what it writes: short conversations are rendered, what stands around each
/// message is read off, and the result counts only if it explains longer conversations, too.
/// </summary>
internal static class OllamaTemplate
{
    private const string System = "Sy1sText";
    private const string User = "Us1rText";
    private const string Answer = "An1wText";

    /// <param name="addsBegin">The begin token is added by the tokenizer: the template must not write it a second time.</param>
    /// <returns>null if the template does more than write messages one after the other.</returns>
    public static string? Derive(ModelChat chat, bool addsBegin)
    {
        try
        {
            var begin = chat.BosToken ?? "";
            var template = PieceByPiece(chat, begin) is { } pieces ? (addsBegin ? "" : Written(begin, chat)) + pieces : TurnByTurn(chat, begin, addsBegin);
            return template is null || template.Contains("{{{", StringComparison.Ordinal) ? null : template;
        }
        catch (ChatTemplateException)
        {
            // It refuses one of the conversations; then it cannot be watched.
            return null;
        }
    }

    /// <summary>Each message has its own frame, whatever stands around it (ChatML and its like).</summary>
    private static string? PieceByPiece(ModelChat chat, string begin)
    {
        var opened = Split(Render(chat, begin, opens: true, ("user", User)), User);
        var whole = Render(chat, begin, opens: true, ("system", System), ("user", User), ("assistant", Answer), ("user", User + "2"));
        if (opened is not { } alone || Split(whole, System, User, Answer, User + "2") is not { } parts)
        {
            return null;
        }

        // Between two messages stand the end of the first and the beginning of the second: the user's beginning is seen between answer and user,
        // after the answer's end, which closes a conversation.
        var closed = Split(Render(chat, begin, opens: false, ("user", User), ("assistant", Answer)), User, Answer);
        if (closed is not { } ended)
        {
            return null;
        }

        var answerEnd = CommonStart(ended[2], parts[3]);
        var userStart = parts[3][answerEnd.Length..];
        if (!parts[1].EndsWith(userStart, StringComparison.Ordinal) || !alone[0].EndsWith(userStart, StringComparison.Ordinal))
        {
            return null;
        }

        // Most templates end every message alike; if this one does not, the question ends where answer and opening begin to differ.
        var systemEnd = parts[1][..^userStart.Length];
        var opening = parts[4];
        var endsAlike = opening.StartsWith(systemEnd, StringComparison.Ordinal) && parts[2].StartsWith(systemEnd, StringComparison.Ordinal);
        var userEnd = endsAlike ? systemEnd : CommonStart(opening, parts[2]);
        var answerStart = parts[2][userEnd.Length..];
        var generation = opening[userEnd.Length..];
        var withoutSystem = alone[0][..^userStart.Length];
        var frames = new Frames(withoutSystem, (parts[0], systemEnd), (userStart, userEnd), (answerStart, answerEnd), generation);
        return Explains(chat, begin, frames) ? frames.Write() : null;
    }

    /// <summary>A question and its answer are written together, the system text inside the first question (Llama 2 and its like).</summary>
    private static string? TurnByTurn(ModelChat chat, string begin, bool addsBegin)
    {
        var alone = Split(Render(chat, begin, opens: true, ("user", User)), User);
        var withSystem = Split(Render(chat, begin, opens: true, ("system", System), ("user", User)), System, User);
        var closed = Split(Render(chat, begin, opens: false, ("user", User), ("assistant", Answer)), User, Answer);
        if (alone is null || withSystem is null || closed is null || alone[1] != withSystem[2] || !closed[1].StartsWith(alone[1], StringComparison.Ordinal))
        {
            return null;
        }

        var end = closed[2];
        var twoTurns = Render(chat, begin, opens: true, ("user", User), ("assistant", Answer), ("user", User + "2"));
        var (firstTurn, nextTurn) = (alone[0] + User + closed[1] + Answer + end, alone[0] + User + "2" + alone[1]);
        var repeatsBegin = begin.Length > 0 && twoTurns == firstTurn + begin + nextTurn;
        if (!repeatsBegin && twoTurns != firstTurn + nextTurn)
        {
            return null;
        }

        // Ollama writes the whole template once a turn: a begin token that stands only at the start of the chat has no place in it.
        var written = addsBegin ? "" : Written(begin, chat);
        if (written.Length > 0 && !repeatsBegin)
        {
            return null;
        }

        var question = $"{{{{ if .System }}}}{withSystem[0]}{{{{ .System }}}}{withSystem[1]}{{{{ else }}}}{alone[0]}{{{{ end }}}}{{{{ .Prompt }}}}{closed[1]}";
        return $"{written}{question}{{{{ .Response }}}}{end}{(repeatsBegin && addsBegin ? begin : "")}";
    }

    private static bool Explains(ModelChat chat, string begin, Frames frames)
    {
        (string Role, string Text)[][] conversations =
        [
            [("user", "a b"), ("assistant", "c d"), ("user", "e f"), ("assistant", "g h"), ("user", "i j")],
            [("system", "s t"), ("user", "a b"), ("assistant", "c d"), ("user", "e f")],
        ];
        return conversations.All(conversation => Render(chat, begin, opens: true, conversation) == frames.Expect(conversation));
    }

    /// <summary>The conversation without the begin token, which stands first if at all.</summary>
    private static string Render(ModelChat chat, string begin, bool opens, params (string Role, string Text)[] messages)
    {
        var text = chat.Render([.. messages.Select(message => new ChatMessage(message.Role, message.Text))], opens);
        return begin.Length > 0 && text.StartsWith(begin, StringComparison.Ordinal) ? text[begin.Length..] : text;
    }

    /// <summary>The begin token if the template writes it.</summary>
    private static string Written(string begin, ModelChat chat) =>
        begin.Length > 0 && chat.Render([new ChatMessage("user", User)], addGenerationPrompt: true).StartsWith(begin, StringComparison.Ordinal) ? begin : "";

    /// <summary>What stands before, between and after the marks, which must be there in this order; null if not.</summary>
    private static string[]? Split(string text, params string[] marks)
    {
        var parts = new List<string>();
        var from = 0;
        foreach (var mark in marks)
        {
            var at = text.IndexOf(mark, from, StringComparison.Ordinal);
            if (at < 0)
            {
                return null;
            }

            parts.Add(text[from..at]);
            from = at + mark.Length;
        }

        parts.Add(text[from..]);
        return [.. parts];
    }

    private static string CommonStart(string left, string right)
    {
        var length = 0;
        while (length < Math.Min(left.Length, right.Length) && left[length] == right[length])
        {
            length++;
        }

        return left[..length];
    }

    private sealed record Frames(
        string WithoutSystem, (string Start, string End) System, (string Start, string End) User, (string Start, string End) Answer, string Generation)
    {
        public string Expect((string Role, string Text)[] messages)
        {
            var text = new StringBuilder(messages[0].Role == "system" ? "" : WithoutSystem);
            foreach (var (role, content) in messages)
            {
                var (start, end) = role switch { "system" => System, "user" => User, _ => Answer };
                text.Append(start).Append(content).Append(end);
            }

            return text.Append(Generation).ToString();
        }

        public string Write() =>
            (WithoutSystem.Length > 0 ? $"{{{{ if not .System }}}}{WithoutSystem}{{{{ end }}}}" : "")
            + "{{ range .Messages }}"
            + $"{{{{ if eq .Role \"system\" }}}}{System.Start}{{{{ .Content }}}}{System.End}"
            + $"{{{{ else if eq .Role \"user\" }}}}{User.Start}{{{{ .Content }}}}{User.End}"
            + $"{{{{ else if eq .Role \"assistant\" }}}}{Answer.Start}{{{{ .Content }}}}{Answer.End}"
            + "{{ end }}{{ end }}" + Generation;
    }
}
