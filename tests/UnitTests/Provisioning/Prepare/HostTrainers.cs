using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers;
using FineTunePipeline.Provisioning.Prepare.Trainers.Builtin;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

/// <summary>The trainers that a host may be tested for.</summary>
internal static class HostTrainers
{
    public static IReadOnlyList<IHostTrainer> All(EngineLocator engines, PrepareOptions prepare, LlamaFactoryOptions? llamaFactory = null)
    {
        var (options, limits) = (Options.Create(llamaFactory ?? new LlamaFactoryOptions()), Options.Create(prepare));
        var installer = new LlamaFactoryInstaller(new EngineRuns(engines, new HostRuns(TimeProvider.System)), new WheelFolder(), options, limits);
        return [new BuiltinHostTrainer(engines, limits), new LlamaFactoryHostTrainer(new TrainerLocator(engines), installer, options, limits)];
    }

    /// <summary>For checks that only ask whether it uses a card.</summary>
    public static IHostTrainer WhichUsesCards(bool usesCards)
    {
        using var folder = new TemporaryFolder();
        return All(FakeEngines.In(folder), new PrepareOptions()).First(trainer => trainer.UsesCard == usesCards);
    }
}
