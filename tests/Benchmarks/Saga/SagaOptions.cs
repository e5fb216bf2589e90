using FineTunePipeline.TestKit.RabbitMq;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>Options of <c>saga</c>.</summary>
internal sealed class SagaOptions
{
    private readonly string? _postgres;
    private readonly string? _only;

    private SagaOptions(BenchmarkArguments values)
    {
        JsonFile = values.Required("json", "FILE");
        Broker = new Uri(values.Required("rabbitmq", "URI"));
        Python = values["python"] ?? "python3";
        Jobs = values.Number("jobs", 150);
        WarmUp = values.Number("warm-up", 1000);
        Turns = values.Number("turns", 9);
        (_postgres, _only) = (values["postgres"], values["only"]);
        Folder = Directory.CreateTempSubdirectory("finetune-bench-").FullName;
    }

    public string JsonFile { get; }

    /// <summary>AMQP address with user, password and virtual host.</summary>
    public Uri Broker { get; }

    /// <summary>Python with Celery and SQLAlchemy.</summary>
    public string Python { get; }

    /// <summary>Jobs of a turn, submitted at once.</summary>
    public int Jobs { get; }

    /// <summary>Our jobs before those that are measured.</summary>
    public int WarmUp { get; }

    /// <summary>Turns of each; the medians count.</summary>
    public int Turns { get; }

    /// <summary>A folder of this run's own.</summary>
    public string Folder { get; }

    public static SagaOptions Parse(string[] arguments) => new(new BenchmarkArguments(arguments, "json", "rabbitmq", "postgres", "python", "jobs", "warm-up", "turns", "only"));

    /// <summary>Whether a database is to be measured: sqlite or postgres.</summary>
    public bool Wants(string database) => (_only is null || _only == database) && (database != "postgres" || _postgres is not null);

    /// <summary>Settings of a process of ours.</summary>
    public Dictionary<string, string> Environment(string database) =>
        new(BrokerSettings.Of(Broker).Select(setting => KeyValuePair.Create("FINETUNE__" + setting.Key, setting.Value)))
        {
            ["FINETUNE__Database__Provider"] = database,
            ["FINETUNE__Database__Folder"] = Directory.CreateDirectory(Path.Combine(Folder, Guid.NewGuid().ToString("N"))).FullName,
            ["FINETUNE__Database__ConnectionString"] = _postgres ?? "",
        };
}
