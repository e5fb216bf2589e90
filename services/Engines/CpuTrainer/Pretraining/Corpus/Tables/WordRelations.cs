namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>Words that have one right answer: opposites, numbers, sums, days.</summary>
internal static class WordRelations
{
    internal static readonly IReadOnlyList<string> Numbers =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static readonly IReadOnlyList<Fact> OppositePairs = Text.Facts("""
        hot=cold, big=small, up=down, day=night, fast=slow, happy=sad, old=young, wet=dry, open=closed, left=right, full=empty
        hard=soft, loud=quiet, light=dark, early=late, strong=weak, rich=poor, near=far, clean=dirty, long=short
        """);

    /// <summary>The opposite of a word; each pair is asked in both directions.</summary>
    internal static readonly Relation Opposite = new()
    {
        Name = "opposite",
        ExactAnswer = true,
        Direct = Text.Lines("""
            What is the opposite of {x}?
            Which word is the opposite of {x}?
            What is not {x} but the opposite?
            Not {x}, but what?
            The opposite of {x} is what?
            Opposite of {x}?
            If it is not {x}, what is it?
            Which word is the other side of {x}?
            When it is not {x}, what is it?
            If something is not {x}, what can it be?
            Something is not {x}. Then what is it?
            """),
        Embedded = Text.Lines("""
            what the opposite of {x} is
            which word is the opposite of {x}
            """),
        NounPhrases = Text.Lines("""
            the opposite of {x}
            the opposite word for {x}
            """),
        HeldOut = Text.Lines("""
            What word means the opposite of {x}?
            When something is not {x}, then it is what?
            Which is the opposite word to {x}?
            """),
        Fresh = Text.Lines("""
            Can you say the word that is the opposite of {x}?
            {x} has which opposite?
            """),
        Answers = ["The opposite of {x} is {y}."],
        Facts = [.. OppositePairs, .. OppositePairs.Select(pair => new Fact(pair.Value, pair.Subject))],
    };

    /// <summary>The number after a number.</summary>
    internal static readonly Relation NumberAfter = new()
    {
        Name = "number-after",
        ExactAnswer = true,
        Direct = Text.Lines("""
            Which number comes after {x}?
            What number comes after {x}?
            What comes after {x}?
            I count to {x}. What is next?
            What is the next number after {x}?
            After {x} comes what?
            Which number is next after {x}?
            If I count and say {x}, what do I say next?
            When you are at {x}, which number is next?
            """),
        Embedded = Text.Lines("""
            which number comes after {x}
            what comes after {x}
            """),
        NounPhrases = Text.Lines("""
            the number after {x}
            the next number after {x}
            """),
        HeldOut = Text.Lines("""
            When I count, what do I say after {x}?
            If you count past {x}, which number is next?
            What follows after the number {x}?
            """),
        Fresh = Text.Lines("""
            Say the number that is after {x}.
            I am at number {x}. Which one comes now?
            """),
        Answers = ["After {x} comes {y}."],
        Facts = [.. Enumerable.Range(0, 12).Select(number => new Fact(Numbers[number], Numbers[number + 1]))],
    };

    /// <summary>Sums up to ten.</summary>
    internal static readonly Relation Sum = new()
    {
        Name = "sum",
        ExactAnswer = true,
        Direct = Text.Lines("""
            What is {x}?
            How much is {x}?
            How many are {x}?
            What does {x} make?
            Can you add {x}?
            {x} is how much?
            What is the sum of {x}?
            Count {x}. How many?
            Please add {x}.
            If you count {x}, how many do you get?
            When I add {x}, what is it?
            I add {x}. How many do I have?
            """),
        Embedded = Text.Lines("""
            what {x} is
            how much {x} is
            what {x} makes
            """),
        NounPhrases = Text.Lines("""
            the sum of {x}
            the answer for {x}
            """),
        HeldOut = Text.Lines("""
            If I add {x}, how many do I have?
            What number do you get for {x}?
            Which number is {x}?
            """),
        Fresh = Text.Lines("""
            Do you know how many {x} are?
            {x}, what does that make?
            """),
        Answers = ["{X} is {y}."],
        Facts = [.. Sums()],
    };

    /// <summary>The day after a day.</summary>
    internal static readonly Relation DayAfter = new()
    {
        Name = "day-after",
        ExactAnswer = true,
        Direct = Text.Lines("""
            Which day comes after {x}?
            What day comes after {x}?
            What is the day after {x}?
            Today is {x}. What day is tomorrow?
            What day follows {x}?
            After {x} comes which day?
            {x} is over. Which day is it now?
            If it is {x} now, what day is tomorrow?
            When {x} is over, which day comes?
            """),
        Embedded = Text.Lines("""
            which day comes after {x}
            what day is after {x}
            """),
        NounPhrases = Text.Lines("""
            the day after {x}
            the next day after {x}
            """),
        HeldOut = Text.Lines("""
            If today is {x}, which day will be tomorrow?
            When {x} ends, what day is next?
            Which of the days is the next one after {x}?
            """),
        Fresh = Text.Lines("""
            It was {x}. Which day came then?
            Name the day that is next after {x}.
            """),
        Answers = ["After {x} comes {y}."],
        Facts = Text.Facts("""
            Monday=Tuesday, Tuesday=Wednesday, Wednesday=Thursday, Thursday=Friday, Friday=Saturday, Saturday=Sunday
            Sunday=Monday
            """),
    };

    private static IEnumerable<Fact> Sums() =>
        from first in Enumerable.Range(1, 9)
        from second in Enumerable.Range(1, 9)
        where first + second <= 10
        select new Fact($"{Numbers[first]} plus {Numbers[second]}", Numbers[first + second]);
}
