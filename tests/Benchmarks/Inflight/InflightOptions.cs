using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Benchmarks.Inflight;

/// <summary>Options of <c>inflight</c>.</summary>
internal sealed class InflightOptions
{
    private InflightOptions(BenchmarkArguments values)
    {
        JsonFile = values.Required("json", "FILE");
        Broker = new Uri(values.Required("rabbitmq", "URI"));
        Jobs = values.Number("jobs", 10_000);
        Few = values.Number("few", 1000);
        LookEvery = TimeSpan.FromSeconds(values.Number("look-every", 60));
        Looks = values.Number("looks", 3);
        Folder = Directory.CreateTempSubdirectory("finetune-bench-").FullName;
    }

    public string JsonFile { get; }

    /// <summary>AMQP address with user, password and virtual host.</summary>
    public Uri Broker { get; }

    /// <summary>Jobs in training at once.</summary>
    public int Jobs { get; }

    /// <summary>Jobs of the first measurement, with which the growth is compared.</summary>
    public int Few { get; }

    /// <summary>Time between two looks at a training.</summary>
    public TimeSpan LookEvery { get; }

    /// <summary>Looks at each job that are measured.</summary>
    public int Looks { get; }

    /// <summary>A folder of this run's own: the services' home.</summary>
    public string Folder { get; }

    /// <summary>Where the simulated hosts write when they were looked at.</summary>
    public string LooksFile => Path.Combine(Folder, "looks.txt");

    public static InflightOptions Parse(string[] arguments) => new(new BenchmarkArguments(arguments, "json", "rabbitmq", "jobs", "few", "look-every", "looks"));

    /// <summary>Settings of all services.</summary>
    public Dictionary<string, string> Environment() =>
        new(BrokerSettings.Of(Broker).Select(setting => KeyValuePair.Create("FINETUNE__" + setting.Key, setting.Value)))
        {
            ["FINETUNE_HOME"] = Folder,
            ["FINETUNE__Training__LookEvery"] = LookEvery.ToString(),
            ["FINETUNE__Training__Concurrency"] = $"{Jobs}",
            ["FINETUNE__Logging__LogLevel__Default"] = "Error",
            ["INFLIGHT_LOOKS"] = LooksFile,
        };
}
