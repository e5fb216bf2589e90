using System.Globalization;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Provisioning.Prepare.Checks;

namespace FineTunePipeline.Provisioning.Prepare.Trainers;

/// <summary>What a trainer's own look at the machine means: a card that the driver shows may be of no use to PyTorch, and a processor that starts programs may compute wrongly.</summary>
internal static class TorchVerdict
{
    private const string CardIsIdle = "This trainer computes on the processor: a host without a card does the same for less.";

    public static Finding Of(HostUnderTest test, TorchReport report)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"libtorch {report.Torch} on {report.Device} ({report.DeviceName}{Cards(report)}), bfloat16 {(report.Bf16 ? "fast" : "slow")}, {report.MatmulSize} x {report.MatmulSize} product in {report.MatmulMilliseconds:0.0##} ms{Memory(report)}");
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
            return test.UsesCard ? Finding.PutOff($"{found}; there is no card to ask now") : Finding.Good($"{found}; the card's part is put off: there is none");
        }

        return test.UsesCard
            ? Finding.Bad($"{found}; the driver shows {test.Cards}, but libtorch cannot use it")
            : Finding.Noted($"{found}; {test.Cards} is not used", CardIsIdle);
    }

    private static string Cards(TorchReport report) => report.Cards > 1 ? string.Create(CultureInfo.InvariantCulture, $", {report.Cards} of them") : "";

    private static string Memory(TorchReport report) =>
        report.FreeMemoryBytes is { } free ? string.Create(CultureInfo.InvariantCulture, $", {free >> 20} MiB of it free") : "";
}
