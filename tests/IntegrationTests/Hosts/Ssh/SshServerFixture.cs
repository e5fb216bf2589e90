using System.Diagnostics;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Ssh;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.IntegrationTests.Hosts.Ssh;

/// <summary>A server of its own for each test, and hosts on it with short limits.</summary>
public abstract class SshServerFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _opened = [];
    private readonly TemporaryFolder _folder = new();

    protected SshServer Server { get; private set; } = null!;

    protected MemoryHostKeys HostKeys { get; } = new();

    protected string Work => _folder.Path;

    protected static HostCommand Shell(string line, params ReadOnlySpan<string> arguments) => new() { FileName = "sh", Arguments = ["-c", line, "sh", .. arguments] };

    protected SshHostConnector Connector(Action<SshOptions>? change = null)
    {
        var options = new SshOptions
        {
            KeyFile = Server.KeyFile,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ProbeAfter = TimeSpan.FromSeconds(1),
            ProbeTimeout = TimeSpan.FromSeconds(2),
        };
        change?.Invoke(options);
        var connector = new SshHostConnector(Options.Create(options), TimeProvider.System);
        _opened.Add(connector);
        return connector;
    }

    protected IComputeHost Connect(Action<SshOptions>? change = null, IHostKeys? hostKeys = null)
    {
        var visit = Connector(change).Visit(Server.Endpoint.Reference(Work), hostKeys ?? HostKeys);
        _opened.Add(visit);
        return visit.Host;
    }

    /// <summary>To a server of the test's own.</summary>
    protected IComputeHost ConnectTo(SshServer server) => Connector(options => options.KeyFile = server.KeyFile).Connect(server.Endpoint.Reference(Work) with { HostKey = server.Fingerprint });

    protected void AssertNothingPartial() => Assert.Empty(Partial());

    /// <summary>What was begun is removed in the background.</summary>
    protected Task UntilNothingIsPartialAsync() => UntilAsync(() => !Partial().Any());

    protected static async Task UntilAsync(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            Assert.True(clock.Elapsed < Patience, "It did not happen within " + Patience);
        }
    }

    private IEnumerable<string> Partial() => Directory.EnumerateFileSystemEntries(Work, DurableFile.TemporaryPrefix + "*", SearchOption.AllDirectories);

    public async ValueTask InitializeAsync() => Server = await SshServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
        {
            await opened.DisposeAsync();
        }

        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
