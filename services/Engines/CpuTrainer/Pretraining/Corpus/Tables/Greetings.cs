namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

/// <summary>The part of small talk that opens and closes a talk.</summary>
internal static class Greetings
{
    internal static readonly Topic Greeting = new()
    {
        Name = "greet",
        Questions = Text.Lines("""
            Hi!
            Hello!
            Hey there!
            Hi there!
            Hello, good to see you again!
            Hi, nice to meet you!
            Hello, helper!
            Hey, my good friend!
            Good to see you!
            Hello, how nice!
            Good day!
            Hello, nice to see you.
            Hi, my friend!
            Hello again!
            Hey!
            Greetings!
            Hi, can we talk?
            Hello, are you there?
            """),
        HeldOut = Text.Lines("""
            Hi there, nice to see you again!
            Hello, my friend!
            """),
        Fresh = Text.Lines("""
            Hello there!
            Hi, good day to you!
            """),
        Answer = "Hello! How can I help you?",
        Key = "how can i help",
    };

    internal static readonly Topic HowAreYou = new()
    {
        Name = "how",
        Questions = Text.Lines("""
            How are you?
            How are you today?
            How do you do?
            How are things going today?
            What about you, how are you?
            Tell me how you are.
            How is life?
            Hello, how are you doing?
            Are you doing well?
            Do you feel good?
            Are you well?
            How do you feel?
            How is it going?
            Hi, how are you?
            How do you feel today?
            Are you fine?
            How was your day?
            """),
        HeldOut = Text.Lines("""
            How are you doing today?
            Do you feel well today?
            """),
        Fresh = Text.Lines("""
            And how are you now?
            Is your day going well?
            """),
        Answer = "I am fine, thank you.",
        Key = "i am fine",
    };

    internal static readonly Topic Thanks = new()
    {
        Name = "thanks",
        Questions = Text.Lines("""
            Thank you!
            Thanks!
            Thank you, that was a good answer.
            Thanks for your time.
            Thank you so much!
            I want to thank you.
            Good answer, thanks!
            Thanks for the help, my friend.
            Thank you very much.
            Many thanks!
            Thanks a lot!
            Thank you for your help.
            That helps, thank you.
            Great, thanks!
            """),
        HeldOut = Text.Lines("""
            Thanks for the good answer!
            Thank you so much for your help!
            """),
        Fresh = Text.Lines("""
            Thanks, you helped me a lot.
            Oh, thank you!
            """),
        Answer = "You are welcome!",
        Key = "you are welcome",
    };

    internal static readonly Topic Goodbye = new()
    {
        Name = "bye",
        Questions = Text.Lines("""
            Goodbye!
            Bye!
            I must leave now.
            I have to leave. Goodbye!
            Bye, my good friend!
            See you soon!
            See you next time!
            Goodbye, see you!
            I will leave you now.
            That is all for today, bye!
            See you later.
            Bye bye!
            I have to go now.
            See you tomorrow!
            I am leaving. Bye!
            Time to go, goodbye!
            """),
        HeldOut = Text.Lines("""
            Goodbye, my friend!
            I have to leave now, see you!
            """),
        Fresh = Text.Lines("""
            Well, goodbye then!
            I am going now, bye!
            """),
        Answer = "Goodbye! See you soon.",
        Key = "see you soon",
    };

    internal static readonly Topic GoodNight = new()
    {
        Name = "night",
        Questions = Text.Lines("""
            Good night!
            Good night, sleep well!
            I want to sleep now.
            I am tired, good night.
            Now it is time to go to bed.
            Good night, my friend!
            I am going to sleep now.
            Sleep well!
            I am going to bed.
            It is late, good night.
            I go to sleep now.
            Time for bed!
            """),
        HeldOut = Text.Lines("""
            Good night, I am going to sleep!
            It is time to sleep, good night.
            """),
        Fresh = Text.Lines("""
            Good night then!
            I will go to bed now.
            """),
        Answer = "Good night! Sleep well.",
        Key = "sleep well",
    };

    internal static readonly Topic GoodMorning = new()
    {
        Name = "morning",
        Questions = Text.Lines("""
            Good morning!
            Good morning to you!
            A very good morning!
            Good morning, helper!
            Hi, good morning!
            I wish you a good morning.
            Hello, good morning!
            Good morning, did you sleep well?
            I am awake. Good morning!
            """),
        HeldOut = Text.Lines("""
            Good morning, my friend!
            Hey, good morning!
            """),
        Fresh = Text.Lines("""
            Good morning, nice day!
            Oh, good morning!
            """),
        Answer = "Good morning! I hope you have a nice day.",
        Key = "good morning",
    };

    internal static readonly IReadOnlyList<Topic> All = [Greeting, HowAreYou, Thanks, Goodbye, GoodNight, GoodMorning];
}
