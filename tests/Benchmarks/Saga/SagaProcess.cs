using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Bus;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>One process of the bench: the orchestrator, or the stages; on the broker and the database that its environment names (FINETUNE__…).</summary>
internal static class SagaProcess
{
    public static async Task<int> RunAsync(string part)
    {
        IServiceModule module = part switch
        {
            "orchestrator" => new BenchOrchestratorModule(),
            "stages" => new IdleStagesModule(
                Stage.Validate, Stage.Fetch, Stage.Provision, Stage.Prepare, Stage.Train, Stage.Evaluate, Stage.Convert, Stage.Release),
            _ => throw new FormatException($"'{part}' is neither orchestrator nor stages."),
        };
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddEnvironmentVariables("FINETUNE__");
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddMessaging(builder.Configuration, [module]);
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("ready");
        await host.WaitForShutdownAsync();
        return 0;
    }
}
