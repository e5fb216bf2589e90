using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>One <see cref="ContainerHost"/> for the tests of a class, started at the first use: there a test can be skipped.</summary>
public sealed class ContainerHostFixture : IAsyncLifetime
{
    private ContainerHost? _host;

    public async Task<ContainerHost> HostAsync() => _host ??= await ContainerHost.StartAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
