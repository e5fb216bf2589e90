namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>
/// Knows the wordings that evaluation asks, so that training never sees one: noise can turn a trained wording into a held-out one ("Hey, " before
/// "Good morning!"). Compared by <see cref="Text.Normalized"/>.
/// </summary>
internal sealed class Untrained
{
    private readonly Dictionary<(string Relation, string Subject), HashSet<string>> _questions = [];
    private readonly Dictionary<string, HashSet<string>> _topics = [];

    public bool Contains(Relation relation, string subject, string question)
    {
        if (!_questions.TryGetValue((relation.Name, subject), out var wordings))
        {
            wordings = [.. relation.UntrainedWordings().Select(wording => Text.Normalized(Text.Fill(wording, subject)))];
            _questions.Add((relation.Name, subject), wordings);
        }

        return wordings.Contains(Text.Normalized(question));
    }

    public bool Contains(Topic topic, string said)
    {
        if (!_topics.TryGetValue(topic.Name, out var wordings))
        {
            wordings = [.. topic.HeldOut.Concat(topic.Fresh).Select(Text.Normalized)];
            _topics.Add(topic.Name, wordings);
        }

        return wordings.Contains(Text.Normalized(said));
    }
}
