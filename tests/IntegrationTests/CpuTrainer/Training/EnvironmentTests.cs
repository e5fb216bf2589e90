using System.Text.Json;
using Xunit;

namespace FineTunePipeline.IntegrationTests.CpuTrainer.Training;

public sealed class EnvironmentTests : IDisposable
{
    private readonly TrainerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Libtorch_looks_at_the_machine_itself()
    {
        var result = await _folder.RunAsync("env", "--json");

        Assert.True(result.ExitCode == 0, result.ToString());
        var report = JsonElement.Parse(result.Output);
        Assert.StartsWith("2.", report.GetProperty("torch").GetString(), StringComparison.Ordinal);
        Assert.Equal("cpu", report.GetProperty("device").GetString());
        Assert.NotEqual("", report.GetProperty("device_name").GetString());
        Assert.False(report.GetProperty("cuda").GetBoolean());
        Assert.Equal(1, report.GetProperty("threads").GetInt32());
        Assert.True(report.GetProperty("matmul_correct").GetBoolean());
        Assert.InRange(report.GetProperty("matmul_milliseconds").GetDouble(), 0.001, 10_000);
        Assert.True(report.TryGetProperty("bf16", out _));
    }
}
