namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>What goes before a question. Lead-ins of held-out questions are never used in training.</summary>
internal static class LeadIns
{
    /// <summary>Before an embedded clause ({e}): "Tell me what a cow says."</summary>
    internal static readonly IReadOnlyList<string> Clause =
    [
        "Can you tell me {e}?", "Do you know {e}?", "Please tell me {e}.", "I want to know {e}.", "Tell me {e}.",
        "I would like to know {e}.", "Could you say {e}?", "Say {e}.", "Tell me please, {e}?", "I ask you {e}.",
    ];

    /// <summary>Before a noun phrase ({n}): "Name the sound of a cow."</summary>
    internal static readonly IReadOnlyList<string> NounPhrase =
    [
        "Tell me {n}.", "Please name {n}.", "What is {n}?", "Do you know {n}?", "I want to know {n}.", "Say {n}.",
        "Can you tell me {n}?", "Which is {n}?", "I need {n}.", "Name {n}.",
    ];

    /// <summary>Clause lead-ins of questions only.</summary>
    internal static readonly IReadOnlyList<string> HeldOutClause =
    [
        "Could you please tell me {e}?", "I wonder {e}.", "Do you remember {e}?",
    ];

    /// <summary>Noun phrase lead-ins of questions only.</summary>
    internal static readonly IReadOnlyList<string> HeldOutNounPhrase =
    [
        "Could you give me {n}?", "I forgot {n}.", "Do you remember {n}?",
    ];

    /// <summary>Before any question; a quarter of them is nothing.</summary>
    internal static readonly IReadOnlyList<string> Openers =
    [
        "", "", "", "", "", "", "Hello! ", "Hey, ", "Please help me. ", "I have a question. ", "Quick question: ", "OK. ", "Hi! ",
        "One more question. ", "Now tell me. ", "My teacher asks: ", "My son asks: ", "I forgot my book. ", "I wonder about things. ",
        "Give me a moment. ", "Could you help? ", "I remember you. ", "I would like to know. ",
    ];
}
