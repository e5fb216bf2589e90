using System.Text;
using System.Text.Json;
using FineTunePipeline.TestKit;
using FineTunePipeline.Training.Checkpoints;
using Xunit;

namespace FineTunePipeline.UnitTests.Training;

public sealed class CheckpointStateTests
{
    [Fact]
    public void Changes_the_micro_batch_and_nothing_else_in_a_real_state()
    {
        var bytes = File.ReadAllBytes(EnginePath.TestData("llamafactory", "trainer_state.json"));
        var state = CheckpointState.Read(bytes)!;

        var adapted = JsonDocument.Parse(state.WithBatchSize(2)!).RootElement;
        var original = JsonDocument.Parse(bytes).RootElement;

        Assert.Equal(102, state.TotalSteps);
        Assert.Equal(2, adapted.GetProperty("train_batch_size").GetInt32());
        Assert.Equal(
            original.EnumerateObject().Where(property => property.Name != "train_batch_size").Select(property => (property.Name, JsonSerializer.Serialize(property.Value))),
            adapted.EnumerateObject().Where(property => property.Name != "train_batch_size").Select(property => (property.Name, JsonSerializer.Serialize(property.Value))));
    }

    [Theory]
    [InlineData("""{"train_batch_size": 4}""")]
    [InlineData("""{"global_step": 4}""")]
    public void Leaves_a_state_alone_that_needs_no_change(string json) => Assert.Null(CheckpointState.Read(Encoding.UTF8.GetBytes(json))!.WithBatchSize(4));

    [Theory]
    [InlineData("""{"train_batch_size": 4, "log_history": [{"loss": NaN}]}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Does_not_touch_what_is_not_JSON(string text) => Assert.Null(CheckpointState.Read(Encoding.UTF8.GetBytes(text)));
}
