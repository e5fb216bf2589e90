using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Chaos.Rented;

/// <summary>How long is long in a run over hosts, and what its jobs are.</summary>
internal static class RentedSettings
{
    public const int Steps = 40;

    public const int SaveSteps = 5;

    /// <summary>Of contact to a host; after it the pool may give the host up.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(20);

    /// <summary>In which money is counted.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    /// <summary>Settings of the services.</summary>
    public static Dictionary<string, string> Of(ChaosFolder folder) => new()
    {
        ["FINETUNE__Engines__HostFolder"] = folder.HostEngines,
        ["FINETUNE__LlamaFactory__Command"] = folder.LlamaFactory,
        ["FINETUNE__Pool__ProbeEvery"] = "00:00:02",
        ["FINETUNE__Pool__LostAfter"] = LostAfter.ToString(),
        ["FINETUNE__Ssh__ConnectTimeout"] = "00:00:05",
        ["FINETUNE__Ssh__ProbeAfter"] = "00:00:02",
        ["FINETUNE__Ssh__ProbeTimeout"] = "00:00:03",
        ["FINETUNE__Money__Tick"] = Tick.ToString(),
    };

    /// <summary>A job of the run: on a host of the pool, with money enough, and a training that lasts.</summary>
    public static JobSpec OnHost(JobSpec job, string trainer) => job with
    {
        Hyperparameters = job.Hyperparameters with { MaxSteps = Steps, SaveSteps = SaveSteps },
        Provider = new ProviderSpec { Name = "ssh", Trainer = trainer },
        Budget = new BudgetSpec { HourlyPriceCap = 1000, Total = 1000 },
    };
}
