using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>A person's installation of its own for each test.</summary>
public abstract class PoolTests : IAsyncLifetime
{
    private protected PoolHome Home { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Home = await PoolHome.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Home.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
