using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>How <see cref="RentedFacts"/> are told.</summary>
internal static class RentedReport
{
    public static JsonObject Json(RentedFacts facts) => new()
    {
        ["taken"] = facts.Taken,
        ["taken_at_step"] = facts.TakenAtStep,
        ["checkpoint_step"] = facts.CheckpointStep,
        ["next"] = facts.Next,
        ["from_step"] = facts.FromStep,
        ["steps_repeated"] = facts.StepsRepeated,
        ["recovery_seconds"] = facts.RecoverySeconds,
        ["cost"] = facts.Costs.Sum(cost => cost.Charged),
        ["currency"] = facts.Currency,
        ["hosts"] = new JsonArray(
        [
            .. facts.Costs.Select(cost => new JsonObject
            {
                ["name"] = cost.HostName,
                ["hourly_price"] = cost.HourlyPrice,
                ["cost"] = cost.Charged,
                ["released"] = cost.IsReleased,
            }),
        ]),
    };

    /// <summary>What each host cost.</summary>
    public static Table Table(RentedFacts facts)
    {
        var table = new Table().Title("Cost").AddColumn("host").AddColumn("an hour").AddColumn("spent").AddColumn("");
        foreach (var cost in facts.Costs)
        {
            var end = !cost.IsReleased ? "not given back yet" : cost.HostName == facts.Taken ? "taken" : "given back";
            table.AddRow(Markup.Escape(cost.HostName ?? cost.LeaseId), Money(cost.HourlyPrice, facts), Money(cost.Charged, facts), end);
        }

        return table.AddRow("in all", "", Money(facts.Costs.Sum(cost => cost.Charged), facts), "");
    }

    /// <summary>The whole story in one line.</summary>
    public static string Sentence(RentedFacts facts) => facts.IsShown
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.Taken} was taken at step {facts.TakenAtStep}; {facts.RecoverySeconds:0} s later training went on on {facts.Next} from step {facts.FromStep}, {facts.StepsRepeated} steps again.")
        : "No host was taken in the middle of a training that then went on: what this demo is for did not happen.";

    private static string Money(decimal amount, RentedFacts facts) => amount.ToString("0.00##", CultureInfo.InvariantCulture) + " " + facts.Currency;
}
