using System.Globalization;
using FineTunePipeline.Hosts.Probes;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>
/// Graphics cards, as far as the driver's own program tells of them. A host that has none now may get one when it is started again with a card, so these
/// checks are then put off; a card that our trainer does not use cannot be unfit.
/// </summary>
internal static class CardChecks
{
    private const int NoSuchProgram = 127;

    private const string AskDriver = "command -v nvidia-smi >/dev/null || exit 127; exec nvidia-smi --format=csv,noheader,nounits 2>&1";
    private const string CardScript = $"{AskDriver} --query-gpu={GraphicsCardReport.CardFields}";
    private const string ProcessScript = $"{AskDriver} --query-compute-apps={GraphicsCardReport.ProcessFields}";

    public static async Task<Finding> CardAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var finding = await LookAsync(test, cancellationToken);
        return test.Job?.MoreCardBytesThan is { } least && finding.Passed != false && !(test.CardBytes > least)
            ? Finding.Bad($"{(test.CardBytes is { } bytes ? TooSmall(bytes) : finding.Found)}, and training ran out of memory on {GraphicsCardReport.Size(least)}")
            : finding;
    }

    /// <summary>What is wrong with a card of so much memory, for people.</summary>
    public static string TooSmall(long bytes) => $"its card has {GraphicsCardReport.Size(bytes)}";

    private static async Task<Finding> LookAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var result = await test.AskAsync("card", CardScript, cancellationToken);
        if (result.ExitCode == NoSuchProgram)
        {
            return Finding.PutOff("the host has no nvidia-smi" + Said(test, []));
        }

        var answer = result.StandardOutput.Trim();
        var cards = result.ExitCode == 0 ? GraphicsCardReport.Cards(answer) : [];
        if (cards.Count > 0)
        {
            test.CardBytes = cards.Min(card => card.TotalBytes);
            test.Cards = string.Join(", ", cards.Select(card => card.Name));
            return Finding.Good(string.Join("; ", cards.Select(card =>
                string.Create(CultureInfo.InvariantCulture, $"{card.Name}, {card.FreeBytes >> 20} of {card.TotalBytes >> 20} MiB free, driver {card.Driver}"))) + Said(test, cards));
        }

        return answer.Contains("No devices were found", StringComparison.OrdinalIgnoreCase) || !test.UsesCard
            ? Finding.PutOff($"no card now ({FirstLine(answer)}){Said(test, [])}")
            : Finding.Bad($"nvidia-smi ended with exit code {result.ExitCode}: {FirstLine(answer)}", answer);
    }

    public static async Task<Finding> ProcessesAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var result = await test.AskAsync("card_processes", ProcessScript, cancellationToken);
        if (result.ExitCode != 0)
        {
            return Finding.PutOff("no card to ask");
        }

        var others = GraphicsCardReport.Processes(result.StandardOutput);
        return others.Count == 0
            ? Finding.Good("nobody computes on the card")
            : Finding.Of(!test.UsesCard, $"others compute on the card: {string.Join("; ", others)}{(test.UsesCard ? "" : " (our trainer does not)")}");
    }

    /// <summary>
    /// What its owner said, where no card is called so. People write it as they like ("4090", "A100 80GB", "2x RTX 4090"), so that it is told and no verdict.
    /// </summary>
    private static string Said(HostUnderTest test, IReadOnlyList<GraphicsCard> cards)
    {
        if (test.SaidCard is not { } said)
        {
            return "";
        }

        var words = said.Split([' ', '-', '_', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => !word.Trim('x', 'X', '*').All(char.IsAsciiDigit) || word.Length > 2).ToList();
        return cards.Any(card => words.TrueForAll(word => card.Name.Contains(word, StringComparison.OrdinalIgnoreCase))) ? "" : $"; its owner said {said}";
    }

    private static string FirstLine(string text) => text.Length > 0 ? text.Split('\n')[0].Trim() : "it wrote nothing";
}
