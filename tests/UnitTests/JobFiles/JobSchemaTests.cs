using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.JobFiles;
using FineTunePipeline.TestKit;
using Json.Schema;
using Xunit;
using YamlDotNet.Serialization;

namespace FineTunePipeline.UnitTests.JobFiles;

public sealed class JobSchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(JobSchema.Json);

    [Theory]
    [InlineData("demo")]
    [InlineData("own-model")]
    public void An_example_is_valid(string example)
    {
        var yaml = File.ReadAllText(Path.Combine(EnginePath.RepositoryRoot(), "examples", example, "job.yaml"));
        Assert.True(IsValid(ToJson(yaml)));
        Assert.True(IsValid(JobFileSamples.Json(JobFile.ReadYaml(yaml)).ToJsonString()));
    }

    [Fact]
    public void A_job_with_every_key_is_valid() => Assert.True(IsValid(JobFileSamples.Json(JobFile.ReadYaml(JobFileSamples.EveryKey)).ToJsonString()));

    [Fact]
    public void A_job_of_two_keys_is_valid() => Assert.True(IsValid("""{"model": "m", "dataset": "d"}"""));

    [Theory]
    [InlineData("""{"model": "m"}""")]
    [InlineData("""{"dataset": "d"}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{"model": "m", "dataset": "d", "epochs": 3}""")]
    [InlineData("""{"model": null, "dataset": "d"}""")]
    [InlineData("""{"model": ["m"], "dataset": "d"}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"lerning_rate": 1}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"seed": "1"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"seed": 1.5}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": {"learning_rate": "fast"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": null}""")]
    [InlineData("""{"model": "m", "dataset": "d", "hyperparameters": []}""")]
    [InlineData("""{"model": "m", "dataset": "d", "outputs": {"merged": "no"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "outputs": {"gguf": "f16"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "outputs": {"gguf": [null]}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "outputs": {"gguf": [["f16"]]}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "method": "Lora"}""")]
    [InlineData("""{"model": "m", "dataset": "d", "method": 0}""")]
    [InlineData("""{"model": "m", "dataset": "d", "variables": []}""")]
    [InlineData("""{"model": "m", "dataset": "d", "variables": {"a": null}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "budget": {"deadline": 12}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "budget": {"deadline": "4h"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "budget": {"deadline": "-01:00:00"}}""")]
    [InlineData("""{"model": "m", "dataset": "d", "budget": {"total": "much"}}""")]
    public void Program_and_schema_refuse_the_same(string json)
    {
        Assert.Throws<JobFileException>(() => JobFile.ReadJson(json));
        Assert.False(IsValid(json), "The schema takes what the program refuses.");
    }

    [Fact]
    public void Every_key_is_described()
    {
        var bare = Properties(JsonNode.Parse(JobSchema.Json)!).Where(property => property.Value!["description"] is null).Select(property => property.Key);
        Assert.Empty(bare);
    }

    /// <summary>For editors, which read a file better than they ask a gateway. After a change: copy the file that the message names.</summary>
    [Fact]
    public void The_shipped_file_is_what_the_program_generates()
    {
        var generated = Path.Combine(AppContext.BaseDirectory, "job.schema.json");
        File.WriteAllText(generated, JobSchema.Json + "\n");
        var shipped = Path.Combine(EnginePath.RepositoryRoot(), "examples", "job.schema.json");
        Assert.True(File.Exists(shipped) && File.ReadAllText(shipped) == File.ReadAllText(generated), $"cp {generated} {shipped}");
    }

    private static bool IsValid(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Schema.Evaluate(document.RootElement).IsValid;
    }

    private static string ToJson(string yaml)
    {
        var value = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(yaml);
        return new SerializerBuilder().JsonCompatible().Build().Serialize(value);
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(JsonNode schema) =>
        schema["properties"] is JsonObject parts ? parts.SelectMany(part => Properties(part.Value!).Prepend(part)) : [];
}
