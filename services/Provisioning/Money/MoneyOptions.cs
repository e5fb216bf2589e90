using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Provisioning.Money;

/// <summary>How money is counted. Section <c>Money</c>.</summary>
public sealed class MoneyOptions
{
    public const string Section = "Money";

    /// <summary>
    /// A host's price is reserved and charged in ticks of this length; before each one the job's total budget is looked at, so that it is never passed by more than one tick.
    /// Default: 6 minutes, a tenth of an hour.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Money:Tick must be between one second and an hour.")]
    public TimeSpan Tick { get; set; } = TimeSpan.FromMinutes(6);
}
