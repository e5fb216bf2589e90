namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>Animals: sounds, young, homes, food and legs.</summary>
internal static class AnimalRelations
{
    /// <summary>What an animal says.</summary>
    internal static readonly Relation Sound = new()
    {
        Name = "sound",
        Direct = Text.Lines("""
            What does a {x} say?
            What sound does a {x} make?
            Which sound does the {x} make?
            How does a {x} sound?
            What noise does a {x} make?
            How does the {x} call?
            I hear a {x}. What does it say?
            A {x} says what?
            Sound of a {x}?
            If a {x} calls, how does it sound?
            When you hear a {x}, what does it say?
            If you see a {x}, which sound does it make?
            Which noise comes from a {x}?
            """),
        Embedded = Text.Lines("""
            what a {x} says
            which sound a {x} makes
            how a {x} sounds
            what noise the {x} makes
            """),
        NounPhrases = Text.Lines("""
            the sound of a {x}
            the noise of a {x}
            """),
        HeldOut = Text.Lines("""
            If you meet a {x}, what do you hear?
            What is the call of the {x}?
            When a {x} is loud, what does it say?
            """),
        Fresh = Text.Lines("""
            What comes out when a {x} calls?
            Which sound can I hear from a {x}?
            """),
        Answers = Text.Lines("""
            A {x} says {y}.
            The {x} says {y}.
            """),
        Facts = Text.Facts("""
            cow=moo, dog=woof, cat=meow, duck=quack, sheep=baa, pig=oink, lion=roar, frog=croak, bee=buzz, owl=hoot
            horse=neigh, snake=hiss, mouse=squeak, crow=caw
            """),
    };

    /// <summary>What the young of an animal is called.</summary>
    internal static readonly Relation Baby = new()
    {
        Name = "baby",
        Direct = Text.Lines("""
            What is a baby {x} called?
            What do you call a baby {x}?
            How do we call a young {x}?
            What is the name for a baby {x}?
            A young {x} is called what?
            What is a small {x} called?
            What is the young of a {x}?
            The child of a {x} is called what?
            Baby {x}?
            When a {x} is still a baby, how do we call it?
            If a {x} has a baby, what is it called?
            When it is young, what is the {x} called?
            """),
        Embedded = Text.Lines("""
            what a baby {x} is called
            how we call a young {x}
            what the baby of a {x} is called
            """),
        NounPhrases = Text.Lines("""
            the word for a baby {x}
            the name of a young {x}
            """),
        HeldOut = Text.Lines("""
            Which word do people use for a baby {x}?
            When a {x} is very young, what is it called?
            What do we name the baby of a {x}?
            """),
        Fresh = Text.Lines("""
            How is the young one of a {x} called?
            Tell me what people call a {x} that is still young.
            """),
        Answers = Text.Lines("""
            A baby {x} is called a {y}.
            A young {x} is a {y}.
            """),
        Facts = Text.Facts("""
            cat=kitten, dog=puppy, cow=calf, sheep=lamb, horse=foal, hen=chick, duck=duckling, goose=gosling, pig=piglet
            bear=cub, frog=tadpole, deer=fawn
            """),
    };

    /// <summary>Where an animal lives.</summary>
    internal static readonly Relation Home = new()
    {
        Name = "home",
        Direct = Text.Lines("""
            Where does a {x} live?
            Where does the {x} sleep?
            What is the home of a {x} called?
            In which place does a {x} live?
            Where is the home of the {x}?
            Where can I find a {x}?
            I look for a {x}. Where is it?
            A {x} lives where?
            Home of a {x}?
            If I look for a {x}, where do I go?
            When a {x} is tired, where does it sleep?
            """),
        Embedded = Text.Lines("""
            where a {x} lives
            where the {x} sleeps
            where I can find a {x}
            in which place a {x} lives
            """),
        NounPhrases = Text.Lines("""
            the home of a {x}
            the place where a {x} lives
            """),
        HeldOut = Text.Lines("""
            In what kind of home do you see a {x}?
            At night, where does a {x} go?
            Which place is home for a {x}?
            """),
        Fresh = Text.Lines("""
            Where is a {x} at home?
            To find a {x}, where should I look?
            """),
        Answers = Text.Lines("""
            A {x} lives in a {y}.
            The {x} lives in a {y}.
            """),
        Facts = Text.Facts("""
            bird=nest, bee=hive, dog=kennel, rabbit=burrow, spider=web, horse=stable, fish=pond, bear=cave, fox=den, pig=sty
            squirrel=hollow tree, hen=coop
            """),
    };

    /// <summary>What an animal eats.</summary>
    internal static readonly Relation Food = new()
    {
        Name = "food",
        Direct = Text.Lines("""
            What does a {x} eat?
            What do you feed a {x}?
            What does the {x} like to eat?
            Which food does a {x} like?
            What is the food of a {x}?
            A {x} eats what?
            The {x} is hungry. What does it want?
            What can I give a {x} to eat?
            Food for a {x}?
            When a {x} wants to eat, what do you give it?
            If I have a {x}, which food do I need?
            Which food do I give to a {x}?
            What does the {x} have for lunch?
            """),
        Embedded = Text.Lines("""
            what a {x} eats
            which food a {x} likes
            what I can feed a {x}
            what the {x} likes to eat
            """),
        NounPhrases = Text.Lines("""
            the food of a {x}
            the best food for a {x}
            """),
        HeldOut = Text.Lines("""
            If a {x} is hungry, what does it eat?
            What is good food for the {x}?
            Which food do you bring to a {x}?
            """),
        Fresh = Text.Lines("""
            What should I give a hungry {x}?
            Which food is best for a {x}?
            """),
        Answers = Text.Lines("""
            A {x} eats {y}.
            The {x} likes to eat {y}.
            """),
        Facts = Text.Facts("""
            rabbit=carrots, cow=grass, cat=fish, bear=honey, monkey=bananas, panda=bamboo, squirrel=nuts, mouse=cheese
            horse=hay, dog=bones, hen=corn, spider=flies
            """),
    };

    /// <summary>How many legs an animal has.</summary>
    internal static readonly Relation Legs = new()
    {
        Name = "legs",
        Direct = Text.Lines("""
            How many legs does a {x} have?
            A {x} has how many legs?
            On how many legs does the {x} walk?
            How many legs has a {x}?
            How many legs can you see on a {x}?
            I draw a {x}. How many legs does it need?
            Number of legs of a {x}?
            If you look at a {x}, how many legs do you see?
            When a {x} walks, how many legs does it use?
            Count the legs of a {x}. How many?
            """),
        Embedded = Text.Lines("""
            how many legs a {x} has
            on how many legs the {x} walks
            """),
        NounPhrases = Text.Lines("""
            the number of legs of a {x}
            the number of legs a {x} has
            """),
        HeldOut = Text.Lines("""
            If you count the legs of a {x}, how many are there?
            What is the number of legs on a {x}?
            How many legs are there on the {x}?
            """),
        Fresh = Text.Lines("""
            Does a {x} have legs, and how many?
            Please count the legs of the {x}.
            """),
        Answers = ["A {x} has {y} legs."],
        Facts = Text.Facts("""
            dog=four, cat=four, bird=two, hen=two, spider=eight, ant=six, bee=six, horse=four, snake=no, fish=no
            octopus=eight
            """),
    };
}
