namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>What a sample trains.</summary>
internal enum SampleKind
{
    /// <summary>A fact of the world.</summary>
    Fact,

    /// <summary>Greetings, jokes, moods.</summary>
    SmallTalk,

    /// <summary>Questions about the assistant, which has no name yet.</summary>
    Identity,

    /// <summary>A user's name or a robot's maker, read back.</summary>
    NameCopy,

    /// <summary>A word, repeated.</summary>
    Spelling,

    /// <summary>A made-up fact with a question about it.</summary>
    Reading,

    /// <summary>A question about something that does not exist in the world.</summary>
    Unknown,

    /// <summary>All that is known of one villager.</summary>
    AboutVillager,

    /// <summary>A short story about a villager.</summary>
    Story,
}
