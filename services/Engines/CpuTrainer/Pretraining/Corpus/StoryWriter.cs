namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Short stories about the villagers, true to what the tables say of them.</summary>
internal sealed class StoryWriter(SeededRandom random)
{
    public static readonly IReadOnlyList<string> Wishes = Text.Lines("""
        Tell me a story about {x}.
        Tell a story about {x}.
        I want to hear a story about {x}.
        Can you tell me a story about {x}?
        A story about {x}, please.
        Do you know a story about {x}?
        Please tell me a short story about {x}.
        Write a story about {x}.
        Make up a story about {x}.
        """);

    /// <summary>Wishes that are asked in evaluation and never trained.</summary>
    public static readonly IReadOnlyList<string> HeldOutWishes = Text.Lines("""
        I would like a short story about {x}.
        Could you please tell a story about {x}?
        Do you remember a story about {x}?
        """);

    private static readonly string[] Objects = ["ball", "kite", "boat", "book", "hat", "drum", "toy car", "lamp"];
    private static readonly string[] Looks = ["red", "blue", "green", "yellow", "small", "big", "shiny", "old"];
    private static readonly string[] Places = ["park", "garden", "forest", "beach", "market", "river"];
    private static readonly string[] Weathers = ["sunny", "rainy", "windy", "cold", "warm"];

    /// <summary>How each story about this villager begins.</summary>
    public static string Opening(Villager villager) => $"Once upon a time, there was a {(villager.Female ? "girl" : "boy")} named {villager.Name}.";

    public string Write(Villager villager)
    {
        var (name, pet) = (villager.Name, villager.Pet);
        var (they, their) = villager.Female ? ("she", "her") : ("he", "his");
        var found = random.Pick(Looks) + " " + random.Pick(Objects);
        var thing = found[(found.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        var middle = random.Pick(
        [
            $"The {pet} wanted to play with the {thing} too.",
            $"The {pet} looked at the {thing} and was happy.",
            $"\"What a {found}!\" said {name}.",
        ]);
        var end = random.Pick(["The end.", "They were friends for ever.", $"At night, {name} and the {pet} slept well."]);
        return Text.WithArticles(string.Join(
            ' ',
            Opening(villager),
            $"{Text.Capital(they)} lived in {villager.Town} with {their} {pet}.",
            $"One {random.Pick(Weathers)} day, {name} and the {pet} went to the {random.Pick(Places)}.",
            $"There {they} found a {found}.",
            middle,
            $"{name} took the {thing} home and ate {villager.Food}.",
            end));
    }
}
