using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Probes;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>The trainer's own look at the machine: a card that the driver shows may be of no use to libtorch, and a processor that starts programs may compute wrongly.</summary>
internal sealed class TorchCheck(EngineLocator engines, PrepareOptions options)
{
    private const string CardIsIdle = "This trainer computes on the processor: a host without a card does the same for less.";

    public async Task<Finding> AskAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var command = engines.Locate(Engine.Trainer, test.EngineFolder);
        var result = await test.Host.RunAsync(
            command with { Arguments = [.. command.Arguments, "env", "--json"], TimeLimit = options.ProbeTimeLimit }, cancellationToken);
        EngineSilentException.ThrowIfSilent(result, $"{command.FileName} env --json");
        if (result.ExitCode != 0)
        {
            return Finding.Bad($"'{command.FileName} env --json' ended with exit code {result.ExitCode}: {EngineChecks.LastLine(result.StandardError)}", result.StandardError);
        }

        return TorchReport.Read(result.StandardOutput) is { } report
            ? Judge(test, report)
            : Finding.Bad("the trainer's look at the machine cannot be read", result.StandardOutput);
    }

    internal static Finding Judge(HostUnderTest test, TorchReport report)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"libtorch {report.Torch} on {report.Device} ({report.DeviceName}), bfloat16 {(report.Bf16 ? "fast" : "slow")}, {report.MatmulSize} x {report.MatmulSize} product in {report.MatmulMilliseconds:0.0##} ms{Memory(report)}");
        if (!report.MatmulCorrect)
        {
            return Finding.Bad($"{found}, which came out wrong: this computer does not calculate correctly");
        }

        if (report.IsOnCard)
        {
            return Finding.Good(found);
        }

        if (test.Cards is null)
        {
            return test.NeedsCard ? Finding.PutOff($"{found}; there is no card to ask now") : Finding.Good($"{found}; the card's part is put off: there is none");
        }

        return test.NeedsCard
            ? Finding.Bad($"{found}; the driver shows {test.Cards}, but libtorch cannot use it")
            : Finding.Noted($"{found}; {test.Cards} is not used", CardIsIdle);
    }

    private static string Memory(TorchReport report) =>
        report.FreeMemoryBytes is { } free ? string.Create(CultureInfo.InvariantCulture, $", {free >> 20} MiB of it free") : "";
}
