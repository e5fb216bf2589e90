using FineTunePipeline.CpuTrainer.Pretraining.Corpus.Tables;

namespace FineTunePipeline.CpuTrainer.Pretraining.Corpus;

/// <summary>One of the people of the world, with what the tables say of them.</summary>
internal sealed record Villager(string Name, bool Female)
{
    public string Pet => World.ValueOf(VillagerRelations.Pet, Name);

    public string Food => World.ValueOf(VillagerRelations.FavouriteFood, Name);

    public string Hobby => World.ValueOf(VillagerRelations.Hobby, Name);

    public string Town => World.ValueOf(VillagerRelations.Town, Name);
}
