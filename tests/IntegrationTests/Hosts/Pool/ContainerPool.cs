using System.Runtime.InteropServices;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.TestKit;
using FineTunePipeline.TestKit.Ssh;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Pool;

/// <summary>
/// A person's installation with two hosts in containers, for a class: <c>cheap</c>, which jobs take first, and <c>dear</c>. Started at the first use: there a test
/// can be skipped. The engines are read from this computer's folders.
/// </summary>
public sealed class ContainerPool : IAsyncLifetime
{
    private PoolHome? _home;
    private ContainerHost? _cheap, _dear;

    internal PoolHome Home => _home!;

    internal ContainerHost Cheap => _cheap!;

    internal ContainerHost Dear => _dear!;

    /// <summary>Both hosts are there, free, and without a fault.</summary>
    public async Task ReadyAsync()
    {
        if (_home is null)
        {
            ContainerHost.SkipWhereMissing();
            _home = await PoolHome.StartAsync();
            _cheap = await AddAsync("cheap", "1");
            _dear = await AddAsync("dear", "2");
        }

        await Home.HostAsync("cheap", host => host is { State: HostState.Free, Fault: null });
        await Home.HostAsync("dear", host => host is { State: HostState.Free, Fault: null });
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_home?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_cheap?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_dear?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<ContainerHost> AddAsync(string name, string price)
    {
        var runtime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string[] folders = [runtime, .. new[] { "finetune-trainer", "finetune-model" }.Select(engine => Path.GetDirectoryName(EnginePath.Of(engine))!)];
        var host = await ContainerHost.StartAsync(folders, new Dictionary<string, string> { ["DOTNET_ROOT"] = runtime, ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1" });
        await Home.AddAsync(name, host, "--price", price);
        return host;
    }
}
