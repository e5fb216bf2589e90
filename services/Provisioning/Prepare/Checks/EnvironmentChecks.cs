using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>Every check of a host, in the order in which they are asked: cheap ones first, so that nothing is sent to a host that cannot use it.</summary>
internal sealed class EnvironmentChecks(
    EngineLocator engines, TrainerLocator trainers, EngineInstaller installer, EngineRuns runs, IArtifactStore store, IOptions<PrepareOptions> options, TimeProvider time)
{
    private const string TakeAnother = "Take another host, or another image for it (Ubuntu 22.04, Debian 12 and newer ones do).";
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);

    public IReadOnlyList<EnvironmentCheck> All { get; } =
    [
        .. Machine(options.Value, new DiskChecks(options.Value, time), new MachineChecks(options.Value, time)),
        .. Programs(
            options.Value, new EngineChecks(installer), new NetworkCheck(engines, options.Value),
            new ModelChecks(runs, store, options.Value)),
    ];

    /// <summary>Asked when model and data are there.</summary>
    public IReadOnlyList<EnvironmentCheck> WhenFilled { get; } =
    [
        Any(
            "tokens", options.Value.ModelTimeLimit + Short, new TokenCheck(runs, options.Value).AskAsync,
            "Take data, template and cutoff_len that go with this model, or download its tokenizer again.") with { OnlyOfHostModel = true, OnlyIfFitSoFar = true },
        Any(
            "first_prompt", options.Value.PromptTimeLimit + Short, new FirstPromptCheck(trainers, runs, options.Value).AskAsync,
            "Nothing was trained. Download the model again, or name another one or another template; a larger or slower host may be needed for it, too.")
            with { OnlyIfFitSoFar = true },
    ];

    private static IReadOnlyList<EnvironmentCheck> Machine(PrepareOptions options, DiskChecks disk, MachineChecks machine) =>
    [
        Platform("cpu", Short, PlatformChecks.ProcessorAsync, "Our engines are built for Linux on x86_64: take a host of that kind."),
        Platform("libc", Short, PlatformChecks.LibcAsync, TakeAnother),
        Platform("libstdcxx", Short, PlatformChecks.LibstdcxxAsync, TakeAnother + " The package libstdc++6 must be of GCC 12 or newer."),
        Platform("openssl", Short, PlatformChecks.OpenSslAsync, "Install OpenSSL there (Debian and Ubuntu: apt-get install openssl), or take another host."),
        Platform("tools", Short, PlatformChecks.ToolsAsync, "Install coreutils, findutils, tar, gzip, grep and sed there (or busybox), or take another host."),
        Any(
            "model_folder", options.ProbeTimeLimit, ModelChecks.FolderAsync,
            "Bring the model to that folder there and say: finetune hosts update NAME. Or name the folder where it lies on the host: model: host:/FOLDER.")
            with { OnlyOfHostModel = true },
        Any("write", options.ProbeTimeLimit, DiskChecks.WriteAsync, "Make the work folder writable, free space there, or choose another work folder or host."),
        Any("disk", options.ProbeTimeLimit, disk.SpaceAsync, "Free space there, or choose another work folder or a host with a larger disk."),
        Platform(
            "speed", options.ProbeTimeLimit, disk.SpeedAsync,
            "Choose a work folder on a faster disk, or take another host; or lower Prepare:MinimumDiskBytesPerSecond."),
        Any("memory", options.ProbeTimeLimit, machine.MemoryAsync, "End other programs there, or take a host with more memory."),
        Platform(
            "clock", Short, machine.ClockAsync,
            "Set the clock there, because certificates and addresses with an expiry fail by it, or take another host; or raise Prepare:MaximumClockOffset."),
        Platform("card", Short, CardChecks.CardAsync, "Mend the driver there, or take another host.") with { OfCards = true },
        Platform("card_processes", Short, CardChecks.ProcessesAsync, "End them, or take a host whose card is yours alone.") with { OfCards = true },
    ];

    private static IReadOnlyList<EnvironmentCheck> Programs(PrepareOptions options, EngineChecks engine, NetworkCheck network, ModelChecks model) =>
    [
        Platform("engines", options.InstallTimeLimit, engine.InstallAsync, "What the host said is in the log. " + TakeAnother) with { OnlyIfFitSoFar = true },
        Platform(
            "install", options.InstallTimeLimit + options.TrainerInstallTimeLimit + Short, static (test, cancellationToken) => test.Trainer.InstallAsync(test, cancellationToken),
            "What pip said is in the log. Change what it names, install it there by hand, or take another host.") with { OnlyIfFitSoFar = true, OnlyIfTrainerInstalls = true },
        Any("trainer", options.ProbeTimeLimit, static (test, cancellationToken) => test.Trainer.FindAsync(test, cancellationToken), "Run it there and mend what it says, or take another host.") with { OnlyIfFitSoFar = true },
        Platform("torch", options.ProbeTimeLimit, static (test, cancellationToken) => test.Trainer.ComputeAsync(test, cancellationToken), "A driver that is older than libtorch's CUDA cannot be used: mend it there, or take another host.")
            with { OnlyIfFitSoFar = true, OfCards = true },
        Platform(
            "network", network.Limit, network.AskAsync,
            "Nothing needs it today: model and data come by SSH. A host that is to fetch from a hub by itself needs a proxy (https_proxy) or a mirror.")
            with { OnlyIfFitSoFar = true, IfFailed = Verdict.Note },
        Any(
            "model", options.ModelTimeLimit + Short, model.ModelAsync,
            "Mend the model's folder on the host, or name another one: model: host:/FOLDER.") with { OnlyOfHostModel = true, OnlyIfFitSoFar = true },
    ];

    /// <summary>A question to every host.</summary>
    private static EnvironmentCheck Any(string name, TimeSpan limit, Func<HostUnderTest, CancellationToken, Task<Finding>> askAsync, string advice) =>
        new(name, limit, Verdict.Unfit, advice, askAsync);

    /// <summary>A question to a host on which our engines are to be installed.</summary>
    private static EnvironmentCheck Platform(string name, TimeSpan limit, Func<HostUnderTest, CancellationToken, Task<Finding>> askAsync, string advice) =>
        Any(name, limit, askAsync, advice) with { OnlyWhereInstalled = true };
}
