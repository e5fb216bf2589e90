using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.IntegrationTests.Hosts.Pool;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>A test with a home of its own, which it starts when it knows what its hosts have as LLaMA-Factory.</summary>
public abstract class LlamaFactoryHome : IAsyncLifetime
{
    private PoolHome? _home;

    private protected TemporaryFolder Folder { get; } = new();

    private protected PoolHome Home => _home!;

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_home is not null)
        {
            await _home.DisposeAsync();
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task StartAsync(IReadOnlyDictionary<string, string> settings) => _home = await PoolHome.StartAsync(settings);

    /// <summary>The job on a rented host, by what the host has as LLaMA-Factory.</summary>
    /// <param name="keys">The job's own keys for it, as JSON.</param>
    private protected static JobSpec Job(JobSpec spec, string keys = "{}") => PoolHome.OnHost(spec) with
    {
        Provider = new ProviderSpec { Name = "ssh", Trainer = TrainerNames.LlamaFactory },
        Llamafactory = Keys(keys),
    };

    private protected static Dictionary<string, JsonElement> Keys(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
}
