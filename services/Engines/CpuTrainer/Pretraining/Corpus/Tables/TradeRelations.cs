namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>Trades: where people work and what they do.</summary>
internal static class TradeRelations
{
    /// <summary>Where a person of a trade works.</summary>
    internal static readonly Relation WorkPlace = new()
    {
        Name = "workplace",
        Direct = Text.Lines("""
            Where does the {x} work?
            Where does a {x} work?
            In which place does the {x} work?
            What is the work place of a {x}?
            I look for the {x}. Where is he?
            The {x} works where?
            Where do I find the {x}?
            Where can you meet a {x}?
            Work place of the {x}?
            If I need the {x}, where do I go?
            When the {x} goes to work, where is that?
            """),
        Embedded = Text.Lines("""
            where the {x} works
            where a {x} works
            in which place the {x} works
            """),
        NounPhrases = Text.Lines("""
            the place where the {x} works
            the work place of the {x}
            """),
        HeldOut = Text.Lines("""
            To meet the {x}, where do I go?
            In the morning, where does the {x} go to work?
            Which place does the {x} work in?
            """),
        Fresh = Text.Lines("""
            What place does a {x} go to for work?
            At work, where is the {x}?
            """),
        Answers = Text.Lines("""
            The {x} works in the {y}.
            A {x} works in the {y}.
            """),
        Facts = Text.Facts("""
            baker=bakery, teacher=school, doctor=hospital, farmer=field, cook=kitchen, gardener=garden, miner=mine
            sailor=harbour, painter=studio, judge=court, librarian=library, actor=theatre
            """),
    };

    /// <summary>What a person of a trade does.</summary>
    internal static readonly Relation Work = new()
    {
        Name = "work",
        Direct = Text.Lines("""
            What does a {x} do?
            What does the {x} make or do?
            What is the job of a {x}?
            What is the work of the {x}?
            A {x} does what?
            What does the {x} do all day?
            Why do we need a {x}?
            What can a {x} do for us?
            Job of a {x}?
            If I meet a {x}, what does he do?
            When I need a {x}, what is it for?
            """),
        Embedded = Text.Lines("""
            what a {x} does
            what the {x} does all day
            why we need a {x}
            """),
        NounPhrases = Text.Lines("""
            the job of a {x}
            the work of the {x}
            """),
        HeldOut = Text.Lines("""
            How does a {x} help people?
            When a {x} works, what does he do?
            What kind of work does a {x} do?
            """),
        Fresh = Text.Lines("""
            Say what the {x} is good at.
            What is it that a {x} does for people?
            """),
        Answers = Text.Lines("""
            A {x} {y}.
            The {x} {y}.
            """),
        Facts = Text.Facts("""
            baker=bakes bread, teacher=teaches children, doctor=helps sick people, farmer=grows wheat
            fisherman=catches fish, gardener=plants flowers, pilot=flies planes, tailor=sews clothes, postman=brings letters
            singer=sings songs, writer=writes books, driver=drives a bus
            """),
    };
}
