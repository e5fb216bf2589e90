using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Provisioning.Prepare.Trainers;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>A host, what is wanted of it, and what earlier checks brought there.</summary>
/// <param name="Host">To ask.</param>
/// <param name="WorkFolder">Absolute, on the host.</param>
/// <param name="SharedFolder">Absolute, on the host: what is put there outlives the job, if the host does.</param>
/// <param name="ModelBytes">Of the base model that is brought there.</param>
/// <param name="Package">The engines that are to be installed there; null: this computer, which has them.</param>
/// <param name="Trainer">That is to train there.</param>
/// <param name="Job">The job; null: it is tested for its owner.</param>
internal sealed record HostUnderTest(IComputeHost Host, string WorkFolder, string SharedFolder, long ModelBytes, EnginePackage? Package, IHostTrainer Trainer, JobUnderTest? Job = null)
{
    /// <summary>The graphics card that it has by its owner's word; null: nothing was said.</summary>
    public string? SaidCard { get; init; }

    /// <summary>Where our engines are on the host once they are installed; null: beside the service.</summary>
    public string? EngineFolder { get; set; }

    /// <summary>The cards that the driver told of, for people; null until it did.</summary>
    public string? Cards { get; set; }

    /// <summary>Memory of the smallest of them; null: none was told of.</summary>
    public long? CardBytes { get; set; }

    /// <summary>The trainer's own program on the host, once it was found; null: it is one of our engines.</summary>
    public TrainerProgram? Program { get; set; }

    /// <summary>Absolute path of the Python that <see cref="Program"/> runs on; null: none was found.</summary>
    public string? TrainerPython { get; set; }

    /// <summary>The trainer computes on a graphics card where there is one.</summary>
    public bool UsesCard => Trainer.UsesCard;

    /// <summary>What the trainer's <c>version</c> printed; empty until it was asked.</summary>
    public string TrainerVersion { get; set; } = "";

    /// <summary>A short script for the host's sh, with <paramref name="name"/> as its <c>$0</c>; <c>$1</c> is the work folder.</summary>
    public Task<CommandResult> AskAsync(string name, string script, CancellationToken cancellationToken, params ReadOnlySpan<string> more) => Host.RunAsync(
        new HostCommand { FileName = "sh", Arguments = ["-c", script, name, WorkFolder, .. more], TimeLimit = LongestAnswer }, cancellationToken);

    /// <summary>The check's own limit is shorter; this one only ends what nobody waits for any more.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromHours(1);
}
