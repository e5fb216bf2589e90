using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>What a host must have. Section <c>Prepare</c>.</summary>
public sealed class PrepareOptions
{
    public const string Section = "Prepare";

    /// <summary>Free disk space in bytes that is needed at least, beside three times the size of the model. Default: 512 MiB.</summary>
    [Range(0, long.MaxValue)]
    public long MinimumFreeDiskBytes { get; set; } = 512L << 20;

    /// <summary>
    /// Bytes of base models that stay on a host of one's own for the next job, in <c>.finetune/models</c> of its folder; what was not used for longest goes
    /// first. Default: 64 GiB; 0: none stays.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long ModelCacheBytes { get; set; } = 64L << 30;

    /// <summary>Memory in bytes that must be available at least. Default: 512 MiB.</summary>
    [Range(0, long.MaxValue)]
    public long MinimumMemoryBytes { get; set; } = 512L << 20;

    /// <summary>Bytes per second that a rented host's disk must write at least. Default: 10 MiB.</summary>
    [Range(0, long.MaxValue)]
    public long MinimumDiskBytesPerSecond { get; set; } = 10L << 20;

    /// <summary>How far a rented host's clock may be off. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "3650.00:00:00", ErrorMessage = "Prepare:MaximumClockOffset must be between five seconds and ten years.")]
    public TimeSpan MaximumClockOffset { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time of bringing our engines to a rented host and unpacking them there; also of bringing it LLaMA-Factory's wheels. Default: 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Prepare:InstallTimeLimit must be between five seconds and a day.")]
    public TimeSpan InstallTimeLimit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest time of installing a trainer on a rented host that lacks it (LlamaFactory:Install). Default: 20 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Prepare:TrainerInstallTimeLimit must be between five seconds and a day.")]
    public TimeSpan TrainerInstallTimeLimit { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// Addresses, separated by commas, of which the test of a rented host tells whether they can be reached from there. Default: Hugging Face, its mirror and
    /// ModelScope; empty: none is asked.
    /// </summary>
    public string NetworkAddresses { get; set; } = "https://huggingface.co,https://hf-mirror.com,https://modelscope.cn";

    /// <summary>Longest wait for each of these addresses, which are asked at once. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Prepare:NetworkTimeLimit must be between a second and ten minutes.")]
    public TimeSpan NetworkTimeLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time of hashing a model that lies on the host, and of counting the tokens of a data file with it. Default: 2 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Prepare:ModelTimeLimit must be between five seconds and a day.")]
    public TimeSpan ModelTimeLimit { get; set; } = TimeSpan.FromHours(2);

    /// <summary>The base model is asked a first question on the host before it is trained. Default: true.</summary>
    public bool AskBaseModel { get; set; } = true;

    /// <summary>Longest time of that question, with loading the model. Default: 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "06:00:00", ErrorMessage = "Prepare:PromptTimeLimit must be between five seconds and six hours.")]
    public TimeSpan PromptTimeLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Longest time of one question to the host; the first start of a trainer may take long. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Prepare:ProbeTimeLimit must be between five seconds and an hour.")]
    public TimeSpan ProbeTimeLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Hosts that one instance tests and fills at once, each of which is paid for while it waits. Default: 32.</summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 32;

    /// <summary>Of these, jobs on this computer itself at once; others wait. Default: 2.</summary>
    [Range(1, 64)]
    public int LocalConcurrency { get; set; } = 2;
}
