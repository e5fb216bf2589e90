namespace FineTunePipeline.Tokenization.ChatTemplates;

/// <summary>Finds where each assistant's answer begins and ends in a rendered conversation, by rendering its beginnings.</summary>
internal static class TurnSplitter
{
    /// <summary>
    /// The rendered conversation cut into pairs: the text before an answer with the opening of its turn, and the answer with the end of its turn.
    /// The last message must be an answer.
    /// </summary>
    /// <exception cref="ChatTemplateException">The template renders a beginning of the conversation differently from the whole.</exception>
    public static IReadOnlyList<(string Prompt, string Answer)> Split(
        IReadOnlyList<ChatMessage> messages, Func<IReadOnlyList<ChatMessage>, bool, string> render)
    {
        var whole = render(messages, false);
        var answers = Enumerable.Range(0, messages.Count).Where(i => messages[i].Role == "assistant").ToList();
        var starts = answers.ConvertAll(i => PromptLength(messages, i, whole, render));
        var turns = new List<(string, string)>();
        var position = 0;
        for (var k = 0; k < answers.Count; k++)
        {
            var limit = k + 1 < answers.Count ? starts[k + 1] : whole.Length;
            var end = k + 1 < answers.Count ? AnswerEnd(messages, answers[k], whole, starts[k], limit, render) : whole.Length;
            if (starts[k] < position || end < starts[k] || end > limit)
                throw Mismatch(messages, answers[k]);
            turns.Add((whole[position..starts[k]], whole[starts[k]..end]));
            position = end;
        }

        return turns;
    }

    private static int PromptLength(
        IReadOnlyList<ChatMessage> messages, int answer, string whole, Func<IReadOnlyList<ChatMessage>, bool, string> render)
    {
        var prompt = render([.. messages.Take(answer)], true);
        return whole.StartsWith(prompt, StringComparison.Ordinal) ? prompt.Length : throw Mismatch(messages, answer);
    }

    private static int AnswerEnd(
        IReadOnlyList<ChatMessage> messages, int answer, string whole, int start, int limit, Func<IReadOnlyList<ChatMessage>, bool, string> render)
    {
        var through = render([.. messages.Take(answer + 1)], false);
        if (whole.StartsWith(through, StringComparison.Ordinal))
            return through.Length;

        // Templates of thinking models render the newest answer with its thought and older ones without: the end of the turn is still the same text.
        var visible = messages[answer].Content.Split("</think>")[^1].Trim();
        var inThrough = visible.Length > 0 ? through.LastIndexOf(visible, StringComparison.Ordinal) : -1;
        var inWhole = visible.Length > 0 ? whole.IndexOf(visible, start, limit - start, StringComparison.Ordinal) : -1;
        if (inThrough < 0 || inWhole < 0)
            throw Mismatch(messages, answer);
        var endOfTurn = through[(inThrough + visible.Length)..];
        var end = inWhole + visible.Length;
        return whole.AsSpan(end).StartsWith(endOfTurn, StringComparison.Ordinal) ? end + endOfTurn.Length : throw Mismatch(messages, answer);
    }

    private static ChatTemplateException Mismatch(IReadOnlyList<ChatMessage> messages, int answer) => new(
        $"the template renders the conversation before message {answer + 1} of {messages.Count} differently when the answer follows, "
        + $"so the answer's tokens cannot be found. Choose a template by name: {string.Join(", ", NamedTemplates.Names.Skip(1))}", 0);
}
