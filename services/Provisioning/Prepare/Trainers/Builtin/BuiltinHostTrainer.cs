using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.Builtin;

/// <summary>Our own trainer, which came with our engines.</summary>
internal sealed class BuiltinHostTrainer(EngineLocator engines, IOptions<PrepareOptions> options) : IHostTrainer
{
    public string Name => TrainerNames.Builtin;

    public bool UsesCard => false;

    public Task<Finding> FindAsync(HostUnderTest test, CancellationToken cancellationToken) =>
        TrainerQuestion.VersionAsync(test, engines.Locate(Engine.Trainer, test.EngineFolder), options.Value.ProbeTimeLimit, cancellationToken);

    public async Task<Finding> ComputeAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var program = engines.Locate(Engine.Trainer, test.EngineFolder);
        var (answer, fault) = await TrainerQuestion.AskAsync(test, program, options.Value.ProbeTimeLimit, cancellationToken, "env", "--json");
        return answer is null ? fault!
            : TorchReport.Read(answer) is { } report ? TorchVerdict.Of(test, report)
            : Finding.Bad("the trainer's look at the machine cannot be read", answer);
    }
}
