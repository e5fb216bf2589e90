namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>The eight villagers that stories are about as well.</summary>
internal static class VillagerRelations
{
    /// <summary>The pet of a villager.</summary>
    internal static readonly Relation Pet = new()
    {
        Name = "pet",
        Direct = Text.Lines("""
            What pet does {x} have?
            Which pet does {x} have?
            Which animal lives with {x}?
            What animal does {x} have at home?
            {x} has which pet?
            What is the pet of {x}?
            Who lives with {x}?
            Pet of {x}?
            If I visit {x}, which animal do I see?
            When {x} is at home, which pet is there?
            """),
        Embedded = Text.Lines("""
            what pet {x} has
            which animal lives with {x}
            which pet {x} has
            """),
        NounPhrases = Text.Lines("""
            the pet of {x}
            the animal of {x}
            """),
        HeldOut = Text.Lines("""
            When you visit {x}, which pet do you see?
            Which animal does {x} take care of?
            What kind of pet does {x} have?
            """),
        Fresh = Text.Lines("""
            Does {x} have a pet, and which one?
            Name the animal that {x} has.
            """),
        Answers = Text.Lines("""
            {x} has a {y}.
            The pet of {x} is a {y}.
            """),
        Facts = Text.Facts("""
            Mia=parrot, Tom=hamster, Lily=goat, Ben=turtle, Anna=pony, Max=kitten, Zoe=donkey, Leo=lizard
            """),
    };

    /// <summary>What a villager likes to eat.</summary>
    internal static readonly Relation FavouriteFood = new()
    {
        Name = "favourite-food",
        Direct = Text.Lines("""
            What is the favourite food of {x}?
            What does {x} like to eat?
            Which food does {x} love?
            What does {x} love to eat?
            {x} is hungry. What does {x} want?
            What can I cook for {x}?
            What food does {x} like best?
            Favourite food of {x}?
            What would {x} like for lunch?
            If {x} is hungry, what does {x} eat?
            When {x} comes to lunch, what should I cook?
            """),
        Embedded = Text.Lines("""
            what {x} likes to eat
            which food {x} loves
            what the favourite food of {x} is
            """),
        NounPhrases = Text.Lines("""
            the favourite food of {x}
            the food that {x} loves
            """),
        HeldOut = Text.Lines("""
            If I invite {x} to lunch, what do I cook?
            Which food makes {x} happy?
            What does {x} eat most of all?
            """),
        Fresh = Text.Lines("""
            Which food should I make for {x}?
            What is it that {x} wants to eat?
            """),
        Answers = Text.Lines("""
            {x} likes {y}.
            The favourite food of {x} is {y}.
            """),
        Facts = Text.Facts("""
            Mia=pancakes, Tom=pizza, Lily=noodles, Ben=apple pie, Anna=soup, Max=rice, Zoe=waffles, Leo=salad
            """),
    };

    /// <summary>What a villager likes to do.</summary>
    internal static readonly Relation Hobby = new()
    {
        Name = "hobby",
        Direct = Text.Lines("""
            What does {x} do for fun?
            What is the hobby of {x}?
            What does {x} like to do?
            Which hobby does {x} have?
            What does {x} do after school?
            What does {x} love to do?
            {x} has free time. What does {x} do?
            Hobby of {x}?
            If {x} has free time, what does {x} like?
            When {x} is free, what is the hobby?
            """),
        Embedded = Text.Lines("""
            what {x} does for fun
            which hobby {x} has
            what {x} likes to do
            """),
        NounPhrases = Text.Lines("""
            the hobby of {x}
            the favourite hobby of {x}
            """),
        HeldOut = Text.Lines("""
            When {x} has a free day, what does {x} do?
            How does {x} spend a free day?
            What kind of hobby does {x} have?
            """),
        Fresh = Text.Lines("""
            What makes {x} happy after school?
            Say what {x} does in the free time.
            """),
        Answers = Text.Lines("""
            {x} likes {y}.
            The hobby of {x} is {y}.
            """),
        Facts = Text.Facts("""
            Mia=swimming, Tom=chess, Lily=dancing, Ben=fishing, Anna=painting, Max=football, Zoe=singing, Leo=cycling
            """),
    };

    /// <summary>The town of a villager.</summary>
    internal static readonly Relation Town = new()
    {
        Name = "town",
        Direct = Text.Lines("""
            Where does {x} live?
            In which town does {x} live?
            What is the home town of {x}?
            Which town is the home of {x}?
            {x} lives where?
            Where is the house of {x}?
            Where can I visit {x}?
            Home town of {x}?
            I want to visit {x}. Where do I go?
            If I send a letter to {x}, where does it go?
            When {x} goes home, which town is it?
            """),
        Embedded = Text.Lines("""
            where {x} lives
            in which town {x} lives
            where the house of {x} is
            """),
        NounPhrases = Text.Lines("""
            the town of {x}
            the home town of {x}
            """),
        HeldOut = Text.Lines("""
            If I write a letter to {x}, to which town does it go?
            What town does {x} come home to?
            In what town can you meet {x}?
            """),
        Fresh = Text.Lines("""
            Which town does {x} live in?
            I look for {x}. Which town is it?
            """),
        Answers = Text.Lines("""
            {x} lives in {y}.
            The home of {x} is in {y}.
            """),
        Facts = Text.Facts("""
            Mia=Milltown, Tom=Oakridge, Lily=Milltown, Ben=Sandport, Anna=Oakridge, Max=Sandport, Zoe=Hilldale, Leo=Hilldale
            """),
    };
}
