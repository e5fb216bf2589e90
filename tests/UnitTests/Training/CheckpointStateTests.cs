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

        var adapted = JsonDocument.Parse(state.Fitted(2)!).RootElement;
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
    public void Leaves_a_state_alone_that_needs_no_change(string json) => Assert.Null(CheckpointState.Read(Encoding.UTF8.GetBytes(json))!.Fitted(4));

    [Fact]
    public void Knows_the_best_checkpoint_and_where_it_is_now()
    {
        var state = CheckpointState.Read("""{"train_batch_size": 4, "best_global_step": 20, "best_metric": 1.25, "best_model_checkpoint": "/gone/output/checkpoint-20"}"""u8.ToArray())!;

        Assert.Equal((20, 1.25), (state.BestStep, state.BestLoss));
        Assert.Equal("/here/output/checkpoint-20", JsonDocument.Parse(state.Fitted(4, "/here/output/checkpoint-20")!).RootElement.GetProperty("best_model_checkpoint").GetString());
        Assert.Null(state.Fitted(4, "/here/output/checkpoint-20"));
    }

    [Theory]
    [InlineData("""{"best_model_checkpoint": "/gone/output/checkpoint-20"}""", 20)]
    [InlineData("""{"best_model_checkpoint": "/gone/output"}""", null)]
    [InlineData("""{"best_global_step": null, "best_model_checkpoint": null}""", null)]
    [InlineData("""{"best_global_step": 0}""", null)]
    public void Older_versions_name_the_best_by_its_folder_alone(string json, int? step) => Assert.Equal(step, CheckpointState.Read(Encoding.UTF8.GetBytes(json))!.BestStep);

    [Theory]
    [InlineData("""{"train_batch_size": 4, "log_history": [{"loss": NaN}]}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Does_not_touch_what_is_not_JSON(string text) => Assert.Null(CheckpointState.Read(Encoding.UTF8.GetBytes(text)));
}
