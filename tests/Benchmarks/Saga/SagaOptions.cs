using System.Globalization;

namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>Options of <c>saga</c>.</summary>
internal sealed class SagaOptions
{
    private readonly string? _postgres;
    private readonly string? _only;

    private SagaOptions(Dictionary<string, string> values)
    {
        JsonFile = values.GetValueOrDefault("json") ?? throw new FormatException("--json FILE is missing");
        Broker = new Uri(values.GetValueOrDefault("rabbitmq") ?? throw new FormatException("--rabbitmq URI is missing"));
        Python = values.GetValueOrDefault("python") ?? "python3";
        Jobs = int.Parse(values.GetValueOrDefault("jobs") ?? "600", CultureInfo.InvariantCulture);
        Folder = Directory.CreateTempSubdirectory("finetune-bench-").FullName;
        (_postgres, _only) = (values.GetValueOrDefault("postgres"), values.GetValueOrDefault("only"));
    }

    public string JsonFile { get; }

    /// <summary>AMQP address with user, password and virtual host.</summary>
    public Uri Broker { get; }

    /// <summary>Python with Celery and SQLAlchemy.</summary>
    public string Python { get; }

    /// <summary>Jobs of the burst.</summary>
    public int Jobs { get; }

    /// <summary>A folder of this run's own.</summary>
    public string Folder { get; }

    public static SagaOptions Parse(string[] arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] known = ["json", "rabbitmq", "postgres", "python", "jobs", "only"];
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            values[name] = known.Contains(name) && i + 1 < arguments.Length
                ? arguments[i + 1]
                : throw new FormatException($"'{arguments[i]}' is not one of --{string.Join(", --", known)} with a value");
        }

        return new SagaOptions(values);
    }

    /// <summary>Whether a part is to be measured: sqlite, postgres or celery.</summary>
    public bool Wants(string part) => (_only is null || _only.Split(',').Contains(part)) && (part != "postgres" || _postgres is not null);

    /// <summary>Settings of a process of ours.</summary>
    public Dictionary<string, string> Environment(string database)
    {
        var user = Broker.UserInfo.Split(':');
        return new()
        {
            ["FINETUNE__Bus__Transport"] = "rabbitmq",
            ["FINETUNE__RabbitMq__Host"] = Broker.Host,
            ["FINETUNE__RabbitMq__Port"] = Broker.Port.ToString(CultureInfo.InvariantCulture),
            ["FINETUNE__RabbitMq__User"] = Uri.UnescapeDataString(user[0]),
            ["FINETUNE__RabbitMq__Password"] = Uri.UnescapeDataString(user[1]),
            ["FINETUNE__RabbitMq__VirtualHost"] = Uri.UnescapeDataString(Broker.AbsolutePath is "/" or "" ? "/" : Broker.AbsolutePath[1..]),
            ["FINETUNE__Database__Provider"] = database,
            ["FINETUNE__Database__Folder"] = Path.Combine(Folder, "data"),
            ["FINETUNE__Database__ConnectionString"] = _postgres ?? "",
        };
    }
}
