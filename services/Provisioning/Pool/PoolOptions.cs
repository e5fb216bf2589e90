using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Pool;

/// <summary>How the hosts that people have are watched. Section <c>Pool</c>.</summary>
public sealed class PoolOptions
{
    public const string Section = "Pool";

    /// <summary>
    /// The private key (PEM, P-256) for which passwords and status commands of hosts are sealed; made at first need, and the same file for all instances. Default: <c>secret_key</c> in
    /// <c>FINETUNE_HOME</c>.
    /// </summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Pool:SecretKeyFile is empty: set FINETUNE__Pool__SecretKeyFile to the file of the key for which passwords are sealed.")]
    public string SecretKeyFile { get; set; } = HomeFolder.At("secret_key");

    /// <summary>A host that a job has is asked for a sign of life this often. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Pool:ProbeEvery must be between one second and an hour.")]
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A host that gave no sign of life for this long is given up: its job goes on on another one from its last checkpoint. Where no status
    /// command says more, nobody but the host can say whether it lives, so a shorter time may train twice, and a longer one waits longer for a host that was taken. Default: 5 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Pool:LostAfter must be between five seconds and a day.")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A host that gave no sign of life for this long is given up although its status command says that it runs: nobody can say whether anything is done there. Less
    /// than <see cref="LostAfter"/> counts as that. Default: 30 minutes, after which stages give up as well.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Pool:LostAlthoughRunningAfter must be between five seconds and a day.")]
    public TimeSpan LostAlthoughRunningAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A host stops itself this long after its job's time is up, when nobody has released it by then: time for us to do it well. Default: 2 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Pool:WatchdogMargin must be between one second and a day.")]
    public TimeSpan WatchdogMargin { get; set; } = TimeSpan.FromMinutes(2);
}
