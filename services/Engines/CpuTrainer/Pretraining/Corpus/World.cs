using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>Everything that is true in the model's world: the tables, in the order in which they are drawn and asked.</summary>
internal static class World
{
    public static readonly IReadOnlyList<Relation> Relations =
    [
        ThingRelations.Colour, AnimalRelations.Sound, AnimalRelations.Baby, AnimalRelations.Home, AnimalRelations.Food, AnimalRelations.Legs,
        TradeRelations.WorkPlace, TradeRelations.Work, ThingRelations.Use, WordRelations.Opposite, WordRelations.NumberAfter, WordRelations.Sum,
        WordRelations.DayAfter, VillagerRelations.Pet, VillagerRelations.FavouriteFood, VillagerRelations.Hobby, VillagerRelations.Town,
    ];

    /// <summary>Relations in which a new fact can be made up.</summary>
    public static readonly IReadOnlyList<Relation> OpenRelations = [.. Relations.Where(relation => !relation.ExactAnswer)];

    public static readonly IReadOnlyList<Villager> Villagers =
        [.. Text.Words("Mia Tom Lily Ben Anna Max Zoe Leo").Select(name => new Villager(name, Female: name is "Mia" or "Lily" or "Anna" or "Zoe"))];

    public static string ValueOf(Relation relation, string subject) => relation.Facts.First(fact => fact.Subject == subject).Value;
}
