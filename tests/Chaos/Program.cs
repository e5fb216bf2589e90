using System.Runtime.Versioning;
using FineTunePipeline.Chaos;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.TestKit.Postgres;
using FineTunePipeline.TestKit.RabbitMq;

[assembly: SupportedOSPlatform("linux")]

// bash tests/run chaos starts this with a broker (and a PostgreSQL) of its own; docs in tests/lib/chaos.sh.
// Exit codes: 0 nothing was lost, done twice or left; 1 something was; 2 wrong usage.
ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args);
}
catch (ArgumentException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, end) =>
{
    end.Cancel = true;
    stop.Cancel();
};
var folder = new ChaosFolder(options.Folder);
await using var broker = new RabbitMqBroker();
await broker.InitializeAsync();
await using var postgres = options.Postgres ? new PostgresDatabase() : null;
if (postgres is not null)
{
    await postgres.InitializeAsync();
}

IServiceDatabases databases = postgres is null ? new SqliteDatabases(folder) : new PostgresDatabases(postgres);
var report = await new ChaosRun(options, folder, broker, databases).RunAsync(stop.Token);
foreach (var violation in report.Violations)
{
    Console.WriteLine("VIOLATED " + violation);
}

var json = report.Write();
Console.WriteLine(json);
if (options.Json is not null)
{
    await File.WriteAllTextAsync(options.Json, json + "\n");
}

return report.Violations.Count == 0 ? 0 : 1;
