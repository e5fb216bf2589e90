using FineTunePipeline.Hosts;
using FineTunePipeline.Training.Checkpoints;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class CheckpointFoldersTests
{
    private static readonly string[] Lora = ["adapter_model.safetensors", "adapter_config.json", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"];

    [Fact]
    public void Finds_complete_checkpoints_in_the_order_of_their_steps() =>
        Assert.Equal([20, 100], CheckpointFolders.Complete([.. Folder("checkpoint-100", Lora), .. Folder("checkpoint-20", Lora), new HostFile("adapter_model.safetensors", 5)]));

    [Theory]
    [InlineData("adapter_model.safetensors")]
    [InlineData("optimizer.pt")]
    [InlineData("scheduler.pt")]
    [InlineData("rng_state.pth")]
    [InlineData("trainer_state.json")]
    public void Does_not_take_a_checkpoint_that_lacks_a_file(string missing) =>
        Assert.Empty(CheckpointFolders.Complete(Folder("checkpoint-20", Lora.Where(name => name != missing))));

    [Fact]
    public void Does_not_take_an_empty_file_for_one() =>
        Assert.Empty(CheckpointFolders.Complete([.. Folder("checkpoint-20", Lora[..^1]), new HostFile("checkpoint-20/trainer_state.json", 0)]));

    [Theory]
    [InlineData("tmp-checkpoint-20")]
    [InlineData("checkpoint-")]
    [InlineData("checkpoint-best")]
    [InlineData("checkpoint--5")]
    [InlineData("other/checkpoint-20")]
    public void Does_not_take_other_folders(string folder) => Assert.Empty(CheckpointFolders.Complete(Folder(folder, Lora)));

    [Fact]
    public void Takes_the_random_states_of_several_devices() =>
        Assert.Equal([5], CheckpointFolders.Complete(Folder("checkpoint-5", ["model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "rng_state_1.pth", "trainer_state.json"])));

    private static IEnumerable<HostFile> Folder(string folder, IEnumerable<string> names) => names.Select(name => new HostFile($"{folder}/{name}", 10));
}
