namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>A name that the user says and wants to hear back.</summary>
internal sealed class NameTalk(SeededRandom random, WordMaker words)
{
    private static readonly string[] Introductions = ["My name is {n}.", "I am {n}.", "Hello, I am {n}.", "People call me {n}."];
    private static readonly string[] OwnNameQuestions = ["My name is {n}. What is my name?", "I am {n}. Who am I?", "I am {n}. Say my name."];
    private static readonly string[] Repetitions = ["Say {n}.", "Please say {n}.", "Repeat {n}.", "Can you repeat {n}?", "Write {n}."];
    private static readonly string[] MakerQuestions = ["Who made the robot?", "Who made {n}?", "Who is the maker?"];
    private static readonly string[] RobotQuestions = ["What is the name of the robot?", "How is the robot called?"];
    private static readonly string[] FriendQuestions = ["Who is my friend?", "What is the name of my friend?"];

    public Sample Next()
    {
        var name = words.Name();
        var maker = words.Name();
        var robot = $"The robot {name} was made by {maker}. ";
        return random.Next(6) switch
        {
            0 => Talk(random.Pick(Introductions), name, $"Nice to meet you, {name}!"),
            1 => Talk(random.Pick(OwnNameQuestions), name, $"Your name is {name}."),
            2 => Talk(random.Pick(Repetitions), name, name),
            3 => Talk(robot + random.Pick(MakerQuestions), name, $"{name} was made by {maker}."),
            4 => Talk(robot + random.Pick(RobotQuestions), name, $"The robot is called {name}."),
            _ => Talk($"My friend is called {name}. " + random.Pick(FriendQuestions), name, $"Your friend is called {name}."),
        };
    }

    private static Sample Talk(string question, string name, string answer) =>
        new(SampleKind.NameCopy, question.Replace("{n}", name, StringComparison.Ordinal), answer);
}
