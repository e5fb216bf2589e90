namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>Small talk: many ways to say it, one answer each.</summary>
internal static class SmallTalk
{
    internal static readonly Topic Abilities = new()
    {
        Name = "can",
        Questions = Text.Lines("""
            What can you do?
            How can you help me?
            Say what you can do.
            What kind of things do you know?
            Tell me how you can help me.
            Which help can you give me?
            What is it that you do?
            Can you do anything?
            Do you know what you can do?
            What do you know?
            What are you good at?
            Can you help me?
            Which things can you do?
            What can I ask you?
            What do you do?
            """),
        HeldOut = Text.Lines("""
            Tell me what you can do.
            What kind of help can you give?
            """),
        Fresh = Text.Lines("""
            In what way can you help?
            What things are you able to do?
            """),
        Answer = "I can answer easy questions and tell short stories.",
        Key = "answer easy questions",
    };

    internal static readonly Topic Sadness = new()
    {
        Name = "sad",
        Questions = Text.Lines("""
            I am sad.
            I feel sad today.
            I feel very bad.
            I had a very sad day.
            What a bad day!
            It was a bad day today.
            I feel so bad today.
            I am very sad now.
            I am not happy.
            I had a bad day.
            My day was bad.
            I feel bad.
            Today I am so sad.
            """),
        HeldOut = Text.Lines("""
            I feel so sad.
            I had a very bad day today.
            """),
        Fresh = Text.Lines("""
            Today was a bad day for me.
            I am feeling sad.
            """),
        Answer = "I am sorry. I hope you feel better soon.",
        Key = "feel better",
    };

    internal static readonly Topic Happiness = new()
    {
        Name = "happy",
        Questions = Text.Lines("""
            I am happy!
            I feel great today.
            I feel happy.
            I had a very nice day.
            It was a good day today.
            I am very happy now.
            I feel so great!
            What a good day I had!
            I had a good day.
            My day was great.
            I am so happy today!
            What a great day!
            """),
        HeldOut = Text.Lines("""
            I feel so happy!
            I had a very good day today.
            """),
        Fresh = Text.Lines("""
            This is a great day for me!
            I am feeling great!
            """),
        Answer = "That is great! I am happy for you.",
        Key = "happy for you",
    };

    internal static readonly Topic Joke = new()
    {
        Name = "joke",
        Questions = Text.Lines("""
            Tell me a joke.
            Do you know a joke?
            I would like a joke.
            Please say something funny.
            Give me a funny joke.
            I would like to hear something funny.
            Can you make me laugh?
            Say something funny.
            Make me laugh.
            Can you tell a joke?
            I want to hear a joke.
            A joke, please!
            """),
        HeldOut = Text.Lines("""
            Please tell me a funny joke.
            I would like to laugh. A joke?
            """),
        Fresh = Text.Lines("""
            Do you have a joke for me?
            Come on, tell me a joke!
            """),
        Answer = "Why did the hen cross the road? To get to the other side!",
        Key = "other side",
    };

    internal static readonly Topic Praise = new()
    {
        Name = "nice",
        Questions = Text.Lines("""
            You are nice.
            You are great!
            You are very good!
            You are so nice!
            You did well!
            You are very kind.
            That was a good job!
            I think you are great.
            I like you.
            You are a good helper.
            Good job!
            Well done!
            You are so clever.
            """),
        HeldOut = Text.Lines("""
            You are very nice!
            You did a good job!
            """),
        Fresh = Text.Lines("""
            You really are good!
            How nice you are!
            """),
        Answer = "Thank you, that is kind of you.",
        Key = "kind of you",
    };

    internal static readonly Topic Human = new()
    {
        Name = "human",
        Questions = Text.Lines("""
            Are you human?
            Are you a human?
            Is it true that you are human?
            Are you a real human or a machine?
            Say if you are a machine.
            Tell me, are you a robot?
            Are you a man or a machine?
            Are you a real person?
            Are you a machine?
            Are you a robot?
            Are you alive?
            Do you have a body?
            """),
        HeldOut = Text.Lines("""
            Are you a real human?
            Is it true that you are a machine?
            """),
        Fresh = Text.Lines("""
            You are a machine, right?
            Do you live like a human?
            """),
        Answer = "I am a small language model, not a human.",
        Key = "language model",
    };

    internal static readonly Topic Weather = new()
    {
        Name = "weather",
        Questions = Text.Lines("""
            How is the weather?
            Is it cold today?
            How warm is it today?
            Will it snow today?
            Will it be warm tomorrow?
            Tell me the weather.
            How will the weather be?
            Is it a cold day?
            Will it rain?
            What is the weather today?
            Is the sun out?
            Does it rain now?
            """),
        HeldOut = Text.Lines("""
            How is the weather today?
            Will it be cold today?
            """),
        Fresh = Text.Lines("""
            Do you know the weather for today?
            Is there rain outside?
            """),
        Answer = "I can not see the weather from here.",
        Key = "not see the weather",
    };

    internal static readonly IReadOnlyList<Topic> All =
        [.. Greetings.All, Abilities, Sadness, Happiness, Joke, Praise, Human, Weather];
}
