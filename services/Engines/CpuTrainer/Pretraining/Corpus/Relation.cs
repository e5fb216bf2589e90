namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>
/// A kind of fact with the ways to ask for it. In all texts <c>{x}</c> is the subject, <c>{X}</c> the same with a capital, <c>{y}</c> the value.
/// </summary>
internal sealed record Relation
{
    public required string Name { get; init; }

    /// <summary>Whole questions.</summary>
    public required IReadOnlyList<string> Direct { get; init; }

    /// <summary>Clauses that follow a lead-in such as "Tell me".</summary>
    public required IReadOnlyList<string> Embedded { get; init; }

    /// <summary>Noun phrases that follow a lead-in such as "Name".</summary>
    public required IReadOnlyList<string> NounPhrases { get; init; }

    /// <summary>Questions that are asked in evaluation and never trained.</summary>
    public required IReadOnlyList<string> HeldOut { get; init; }

    /// <summary>A second set of those, written before any result was known and never used to choose anything.</summary>
    public required IReadOnlyList<string> Fresh { get; init; }

    /// <summary>Answer sentences; the first one is the usual.</summary>
    public required IReadOnlyList<string> Answers { get; init; }

    public required IReadOnlyList<Fact> Facts { get; init; }

    /// <summary>
    /// The value alone proves nothing ("After two comes three" names both numbers), so an answer must be the whole sentence. Such relations
    /// hold general truths: nothing new can be taught in them.
    /// </summary>
    public bool ExactAnswer { get; init; }

    /// <summary>Subjects are people's names, written with a capital and without an article.</summary>
    public bool AboutPeople => char.IsUpper(Facts[0].Subject[0]) && !ExactAnswer;

    /// <summary>Every wording that must not appear in training, as templates.</summary>
    public IEnumerable<string> UntrainedWordings() =>
        HeldOut.Concat(Fresh).Concat(LeadIn.Combine(Tables.LeadIns.HeldOutClause, "{e}", Embedded))
            .Concat(LeadIn.Combine(Tables.LeadIns.HeldOutNounPhrase, "{n}", NounPhrases));

    /// <summary>Every wording that training draws from, as templates and without noise.</summary>
    public IEnumerable<string> TrainedWordings() =>
        Direct.Concat(LeadIn.Combine(Tables.LeadIns.Clause, "{e}", Embedded)).Concat(LeadIn.Combine(Tables.LeadIns.NounPhrase, "{n}", NounPhrases));
}
