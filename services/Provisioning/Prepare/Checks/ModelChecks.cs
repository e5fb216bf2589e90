using System.Globalization;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>
/// A model that lies on the host already: looked at where it is by the code that validates all others, and hashed there. It is only read. What the first host
/// had, every later one of the job must have.
/// </summary>
internal sealed class ModelChecks(EngineRuns engines, IArtifactStore store, PrepareOptions options)
{
    private const string Config = "config.json";
    private const string Inspect = "inspect";
    private const int NoFolder = 66;

    // Where it really is, our folder, and how much it holds (links followed).
    private const string FolderScript = """
        cd "$2" 2>/dev/null && pwd -P && ls >/dev/null || exit 66
        (cd "$1" && pwd -P) && (mkdir -p "$3/.finetune" && cd "$3/.finetune" && pwd -P) || exit
        du -skL . 2>/dev/null | cut -f 1
        """;

    public static async Task<Finding> FolderAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var folder = test.Job!.HostFolder!;
        var result = await test.AskAsync("model_folder", FolderScript, cancellationToken, folder, test.SharedFolder);
        if (result.ExitCode == NoFolder)
        {
            return Finding.Bad($"there is no folder {folder} on this host that can be read");
        }

        var lines = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (result.ExitCode != 0 || lines.Length < 3)
        {
            return Finding.Bad($"{folder} cannot be looked at: {EngineChecks.LastLine(result.StandardError)}");
        }

        if (lines[1..3].Any(ours => lines[0] == ours || lines[0].StartsWith(ours + "/", StringComparison.Ordinal)))
        {
            return Finding.UsersFault($"{folder} lies in {lines[1]}, which is ours and is cleaned after each job");
        }

        test.Job.ModelBytes = lines.Length > 3 && long.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size << 10 : 0;
        return Finding.Good($"{folder}, {test.Job.ModelBytes >> 20} MiB");
    }

    public async Task<Finding> ModelAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var job = test.Job!;
        string[] arguments = [Inspect, job.HostFolder!, .. job.Spec.Outputs.Gguf.Count > 0 ? (string[])["--gguf"] : []];
        var end = await engines.ToEndAsync(test, Engine.Model, Inspect, arguments, options.ModelTimeLimit, "looking at the model", cancellationToken);
        if (!end.Succeeded)
        {
            var (code, message) = EngineRuns.ErrorOf(end);
            return end.HitTimeLimit ? Finding.Bad($"it could not be hashed within {options.ModelTimeLimit} (Prepare:ModelTimeLimit): this disk is too slow")
                : code == "model_changing" ? throw StageException.Transient(code, message)
                : Finding.Bad($"it cannot be read: {message}", end.Evidence);
        }

        var line = await EngineRuns.LastLineAsync(test, Inspect, cancellationToken);
        return InspectedModel.Read(line) switch
        {
            null => Finding.Bad("what finetune-model inspect said cannot be read", line),
            { Faults: { Count: > 0 } faults } => Refused(faults, wasGood: job.KnownModel is not null),
            { } model => await TakeAsync(test, model, cancellationToken),
        };
    }

    private static Finding Refused(IReadOnlyList<InspectedModel.Fault> faults, bool wasGood)
    {
        var found = faults.Count == 1 ? faults[0].Message : $"{faults.Count} things must be changed: {faults[0].Message}";
        var log = string.Join('\n', faults.Skip(1).Select(fault => fault.Message));
        return wasGood ? Finding.Bad(found, log) : Finding.UsersFault(found, log);
    }

    private async Task<Finding> TakeAsync(HostUnderTest test, InspectedModel model, CancellationToken cancellationToken)
    {
        var job = test.Job!;
        var manifest = new Manifest { Kind = "model", Files = [.. model.Files!.Select(file => file with { Source = HostModel.UriPrefix + job.HostFolder })] };
        if (job.KnownModel is { } known && InspectedModel.Difference(known.Files, manifest.Files) is { } difference)
        {
            return Finding.Bad($"{job.HostFolder} holds other files than where the job was prepared first: {difference}");
        }

        await TakeConfigAsync(test, manifest, cancellationToken);
        job.ModelBytes = manifest.TotalBytes;
        job.HostManifest = job.KnownReference ?? await store.PutManifestAsync(manifest, cancellationToken);
        return Finding.Good(string.Create(
            CultureInfo.InvariantCulture, $"{model.Architecture} with {model.Parameters} parameters, {manifest.Files.Count} files hashed, {manifest.TotalBytes >> 20} MiB"));
    }

    /// <summary>Of all its files later stages read this one alone from the store, to plan what is made of the model.</summary>
    private async Task TakeConfigAsync(HostUnderTest test, Manifest manifest, CancellationToken cancellationToken)
    {
        var config = manifest.Files.First(file => file.Path == Config);
        await using var content = await test.Host.OpenReadAsync($"{test.Job!.HostFolder}/{Config}", cancellationToken);
        var stored = await store.PutAsync(content, cancellationToken);
        if (stored.Sha256 != config.Sha256)
        {
            throw StageException.Transient("model_changing", $"{test.Job.HostFolder}/{Config} changed while it was read.");
        }
    }
}
