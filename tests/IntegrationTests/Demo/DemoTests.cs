using System.Security.Cryptography;
using System.Text.Json;
using FineTunePipeline.IntegrationTests.ModelTools;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Demo;

/// <summary>The promise of the README's first command, kept for two names.</summary>
public sealed class DemoTests(DemoFixture fixture) : IClassFixture<DemoFixture>
{
    private const long MemoryLimitBytes = 2_500_000_000;

    [Fact]
    public void It_learns_and_forgets_nothing() => Holds(fixture.Run, "Ada");

    [Fact]
    public async Task It_learns_another_name()
    {
        using var demo = await DemoRun.StartAsync("Zoe");

        Holds(demo, "Zoe");
    }

    /// <summary>Equal texts at f16; a quantised file may differ where two words were nearly equally likely, because the kernels of two builds round differently.</summary>
    [Theory]
    [InlineData("f16", 1.0)]
    [InlineData("q8_0", 0.95)]
    [InlineData("q4_k_m", 0.95)]
    public async Task Llama_cpp_gives_the_same_greedy_answers(string type, double share)
    {
        var file = fixture.Run.Gguf(type);
        var questions = fixture.Run.Questions().Select(question => question.GetProperty("prompt").GetString()!).ToList();
        Assert.Equal(308, questions.Count);

        using var folder = new TemporaryFolder();
        var lines = questions.Select((prompt, id) => JsonSerializer.Serialize(new { id = $"{id}", prompt }));
        var asked = await ModelEngine.RunAsync("ask", file, folder.Write("questions.jsonl", string.Join('\n', lines)), "--max-tokens", "32");
        var ours = asked.Lines.Select(line => line.GetProperty("answer").GetString()!).ToList();

        await using var server = await LlamaServer.StartAsync(file);
        var same = 0;
        var differences = new List<string>();
        for (var i = 0; i < questions.Count; i++)
        {
            var theirs = await server.AskAsync(questions[i], maxTokens: 32);
            if (theirs == ours[i])
            {
                same++;
            }
            else
            {
                differences.Add($"{questions[i]} -> ours '{ours[i]}', llama.cpp '{theirs}'");
            }
        }

        Assert.True(same >= share * questions.Count, string.Join('\n', differences));
    }

    private static void Holds(DemoRun demo, string name)
    {
        Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}\n{demo.Screen}");
        Assert.Equal("succeeded", demo.Report.GetProperty("status").GetString());
        Assert.DoesNotContain('\u001b', demo.Screen);
        Assert.Contains(name, demo.Report.GetProperty("chat").GetString(), StringComparison.Ordinal);

        Assert.InRange(demo.Score("taught", "before"), 0, 0.1);
        Assert.InRange(demo.Score("taught", "after"), 0.8, 1);
        Assert.InRange(demo.Score("general", "after"), demo.Score("general", "before") - 0.1, 1);

        var kinds = demo.Artifacts.Select(artifact => artifact.GetProperty("kind").GetString()!).ToList();
        Assert.All(new[] { "adapter", "merged", "evaluation", "provenance" }, kind => Assert.Contains(kind, kinds));
        Assert.All(new[] { "f16", "q8_0", "q4_k_m" }, type => Assert.True(File.Exists(demo.Gguf(type))));
        Assert.All(demo.Artifacts, DigestHolds);

        Assert.InRange(demo.PeakMemoryBytes, 1, MemoryLimitBytes);
        Assert.Empty(demo.ProcessesLeft);
    }

    private static void DigestHolds(JsonElement artifact)
    {
        var bytes = File.ReadAllBytes(artifact.GetProperty("path").GetString()!);
        Assert.Equal(artifact.GetProperty("bytes").GetInt64(), bytes.LongLength);
        Assert.Equal(artifact.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
