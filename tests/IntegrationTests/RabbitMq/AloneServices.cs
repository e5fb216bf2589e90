using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.RabbitMq;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.IntegrationTests.RabbitMq;

/// <summary>The eight services, each started by its own program in an empty home, all at once.</summary>
public sealed class AloneServices : IAsyncLifetime
{
    private readonly RabbitMqBroker _broker = new();
    private readonly Dictionary<string, (TemporaryFolder Home, StandaloneProgram Program)> _programs = [];

    public static string[] Names { get; } = ["Gateway", "Orchestrator", "Artifacts", "Provisioning", "Training", "Evaluation", "Conversion", "Deployment"];

    /// <summary>Started together with the others at the first use.</summary>
    internal StandaloneProgram Of(string service)
    {
        if (_programs.Count == 0)
        {
            var settings = TestSettings.Of(_broker);
            foreach (var name in Names)
            {
                var home = new TemporaryFolder();
                _programs[name] = (home, StandaloneProgram.Start(home.Path, ["--urls", "http://127.0.0.1:0"], settings, service: name));
            }
        }

        return _programs[service].Program;
    }

    public ValueTask InitializeAsync() => _broker.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var (home, program) in _programs.Values)
        {
            await program.DisposeAsync();
            home.Dispose();
        }

        await _broker.DisposeAsync();
    }
}
