namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>Things: their colour and what they are for.</summary>
internal static class ThingRelations
{
    /// <summary>What colour a thing has.</summary>
    internal static readonly Relation Colour = new()
    {
        Name = "colour",
        Direct = Text.Lines("""
            What colour is the {x}?
            Which colour is the {x}?
            What colour does the {x} have?
            The {x} is what colour?
            Which colour does the {x} have?
            I paint the {x}. Which colour do I take?
            Look at the {x}. What colour is it?
            Is the {x} red or blue or what colour?
            How would you paint the {x}?
            In what colour do people draw the {x}?
            Colour of the {x}?
            If you look at the {x}, what colour do you see?
            When I paint the {x}, which colour should I take?
            """),
        Embedded = Text.Lines("""
            what colour the {x} is
            which colour the {x} has
            what colour the {x} has
            """),
        NounPhrases = Text.Lines("""
            the colour of the {x}
            the right colour for the {x}
            """),
        HeldOut = Text.Lines("""
            When you see the {x}, which colour is it?
            If I draw the {x}, what colour do I need?
            What is the usual colour of the {x}?
            """),
        Fresh = Text.Lines("""
            Do you see the {x}? Name its colour.
            The {x} looks how, which colour?
            """),
        Answers = Text.Lines("""
            The {x} is {y}.
            The colour of the {x} is {y}.
            """),
        Facts = Text.Facts("""
            sky=blue, grass=green, snow=white, sun=yellow, banana=yellow, coal=black, tomato=red, carrot=orange
            lemon=yellow, frog=green, cloud=white, milk=white, chocolate=brown, strawberry=red, pumpkin=orange, crow=black
            plum=purple, cherry=red, leaf=green, flamingo=pink, sea=blue, tree trunk=brown, elephant=grey, pig=pink
            """),
    };

    /// <summary>What a thing is for.</summary>
    internal static readonly Relation Use = new()
    {
        Name = "use",
        Direct = Text.Lines("""
            What is a {x} for?
            What do we use a {x} for?
            What can you do with a {x}?
            Why do people have a {x}?
            What do I need a {x} for?
            A {x} is for what?
            How do people use a {x}?
            What does a {x} help us to do?
            Use of a {x}?
            If I have a {x}, what can I do?
            When do I need a {x}?
            """),
        Embedded = Text.Lines("""
            what a {x} is for
            what we use a {x} for
            what I can do with a {x}
            why people have a {x}
            """),
        NounPhrases = ["the use of a {x}"],
        HeldOut = Text.Lines("""
            I found a {x}. What can it do?
            When do people use a {x}?
            For what do you take a {x}?
            """),
        Fresh = Text.Lines("""
            Why would I take a {x} with me?
            What can people do when they have a {x}?
            """),
        Answers = Text.Lines("""
            A {x} is used to {y}.
            You use a {x} to {y}.
            """),
        Facts = Text.Facts("""
            knife=cut bread, pen=write letters, umbrella=stay dry, key=open a door, clock=tell the time
            broom=sweep the floor, spoon=eat soup, lamp=make light, bed=sleep, soap=wash hands, cup=drink tea
            ladder=climb up, map=find the way, bell=wake people
            """),
    };
}
