using System.Globalization;
using System.Security.Cryptography;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>Asks a host what a job needs to know before it spends time there: disk, memory, a write and a read, and the trainer's version.</summary>
internal sealed class EnvironmentTest(EngineLocator engines, IOptions<PrepareOptions> options)
{
    private const int WrittenBytes = 1 << 20;
    private const int VersionLines = 20;

    /// <summary>Model files, a merged model and GGUF files may lie side by side.</summary>
    private const int ModelCopies = 3;

    /// <exception cref="EngineMissingException">A probe could not even be asked because an engine is missing here.</exception>
    public async Task<EnvironmentReport> RunAsync(IComputeHost host, string workFolder, string trainer, long modelBytes, CancellationToken cancellationToken)
    {
        var write = await WriteAsync(host, workFolder, cancellationToken);
        var disk = await DiskAsync(host, workFolder, modelBytes, cancellationToken);
        var memory = await MemoryAsync(host, cancellationToken);
        var (version, probe) = await TrainerAsync(host, trainer, cancellationToken);
        return new EnvironmentReport { Probes = [write, disk, memory, probe], TrainerVersion = version };
    }

    private async Task<ProbeResult> WriteAsync(IComputeHost host, string workFolder, CancellationToken cancellationToken)
    {
        var path = workFolder + "/.write-test";
        var bytes = RandomNumberGenerator.GetBytes(WrittenBytes);
        try
        {
            await host.UploadAsync(new MemoryStream(bytes), path, cancellationToken);
            var there = await host.HashAsync(path, cancellationToken);
            await host.DeleteAsync(path, cancellationToken);
            return there == Convert.ToHexStringLower(SHA256.HashData(bytes))
                ? new ProbeResult("write", true, $"wrote and read {WrittenBytes >> 20} MiB in {workFolder}")
                : new ProbeResult("write", false, $"{workFolder} gave other bytes back than were written", "Use another disk: this one is damaged.");
        }
        catch (IOException exception) when (DiskSpace.IsFull(exception))
        {
            return new ProbeResult("write", false, $"{workFolder}: the disk is full", "Free space there.");
        }
        catch (UnauthorizedAccessException exception)
        {
            return new ProbeResult("write", false, exception.Message, $"Make {workFolder} writable, or choose another work folder.");
        }
    }

    private async Task<ProbeResult> DiskAsync(IComputeHost host, string workFolder, long modelBytes, CancellationToken cancellationToken)
    {
        var needed = Math.Max(options.Value.MinimumFreeDiskBytes, checked(ModelCopies * modelBytes));
        var result = await AskAsync(host, "df", ["-Pk", workFolder], cancellationToken);
        return DiskReport.FreeBytes(result.StandardOutput) is not { } free
            ? new ProbeResult("disk", true, "unknown: df gave no answer")
            : new ProbeResult("disk", free >= needed, $"{Mebibytes(free)} free in {workFolder}, {Mebibytes(needed)} needed", "Free space there, or choose another work folder.");
    }

    private async Task<ProbeResult> MemoryAsync(IComputeHost host, CancellationToken cancellationToken)
    {
        var needed = options.Value.MinimumMemoryBytes;
        var result = await AskAsync(host, "cat", ["/proc/meminfo"], cancellationToken);
        return MemoryReport.AvailableBytes(result.StandardOutput) is not { } available
            ? new ProbeResult("memory", true, "unknown: the host has no /proc/meminfo")
            : new ProbeResult("memory", available >= needed, $"{Mebibytes(available)} available, {Mebibytes(needed)} needed", "End other programs there, or take a larger host.");
    }

    private async Task<(string Version, ProbeResult Probe)> TrainerAsync(IComputeHost host, string trainer, CancellationToken cancellationToken)
    {
        if (trainer != "builtin")
        {
            throw StageException.BadInput("trainer_unknown", $"There is no trainer '{trainer}'. Set provider.trainer to one of: builtin.");
        }

        var command = engines.Locate(Engine.Trainer);
        try
        {
            var result = await host.RunAsync(
                command with { Arguments = [.. command.Arguments, "version"], TimeLimit = options.Value.ProbeTimeLimit }, cancellationToken);
            EngineSilentException.ThrowIfSilent(result, $"{command.FileName} version");
            var version = VersionText(result.StandardOutput);
            return result.ExitCode == 0 && version.Length > 0
                ? (version, new ProbeResult("trainer", true, version))
                : (version, new ProbeResult("trainer", false, $"exit code {result.ExitCode}: {LastLine(result.StandardError)}", $"Run '{command.FileName} version' there and mend what it says."));
        }
        catch (TimeoutException exception)
        {
            return ("", new ProbeResult("trainer", false, exception.Message, "The host is too slow or overloaded: take another one, or raise Prepare:ProbeTimeLimit."));
        }
    }

    private Task<CommandResult> AskAsync(IComputeHost host, string program, string[] arguments, CancellationToken cancellationToken) =>
        host.RunAsync(new HostCommand { FileName = program, Arguments = arguments, TimeLimit = options.Value.ProbeTimeLimit }, cancellationToken);

    /// <summary>LLaMA-Factory draws a box around its version.</summary>
    private static string VersionText(string output) => string.Join(
        " ",
        output.Split('\n').Take(VersionLines).Select(line => line.Trim(' ', '|', '-', '\r', '\t')).Where(line => line.Length > 0));

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it wrote nothing";

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
