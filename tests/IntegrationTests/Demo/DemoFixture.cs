using Xunit;

namespace FineTunePipeline.IntegrationTests.Demo;

/// <summary>One demo for all tests that look at its result.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    internal DemoRun Run { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Run = await DemoRun.StartAsync("Ada");

    public ValueTask DisposeAsync()
    {
        Run.Dispose();
        return ValueTask.CompletedTask;
    }
}
