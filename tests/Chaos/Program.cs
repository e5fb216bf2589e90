using System.Runtime.Versioning;
using FineTunePipeline.Chaos;
using FineTunePipeline.Chaos.Databases;
using FineTunePipeline.Chaos.Rented;
using FineTunePipeline.TestKit.Postgres;
using FineTunePipeline.TestKit.RabbitMq;
using FineTunePipeline.TestKit.Ssh;

[assembly: SupportedOSPlatform("linux")]

// bash tests/run chaos [hosts] starts this with a broker (and a PostgreSQL) of its own; docs in tests/lib/chaos.sh.
// Exit codes: 0 nothing was lost, done twice or left; 1 something was; 2 wrong usage.
ChaosOptions? options = null;
RentedOptions? rented = null;
try
{
    if (args is ["hosts", .. var more])
    {
        rented = RentedOptions.Parse(more);
    }
    else
    {
        options = ChaosOptions.Parse(args);
    }
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
if (rented is not null && SshComputer.Missing is { } missing)
{
    await Console.Error.WriteLineAsync("Test hosts: " + missing);
    return 2;
}

var folder = new ChaosFolder(rented?.Folder ?? options!.Folder);
await using var broker = new RabbitMqBroker();
await broker.InitializeAsync();
var (violations, json) = rented is not null ? await RunHostsAsync(rented) : await RunAsync(options!);
foreach (var violation in violations)
{
    Console.WriteLine("VIOLATED " + violation);
}

Console.WriteLine(json);
if ((rented?.Json ?? options?.Json) is { } file)
{
    await File.WriteAllTextAsync(file, json + "\n");
}

return violations.Count == 0 ? 0 : 1;

async Task<(IReadOnlyList<string> Violations, string Json)> RunAsync(ChaosOptions options)
{
    await using var postgres = options.Postgres ? new PostgresDatabase() : null;
    if (postgres is not null)
    {
        await postgres.InitializeAsync();
    }

    IServiceDatabases databases = postgres is null ? new SqliteDatabases(folder) : new PostgresDatabases(postgres);
    var report = await new ChaosRun(options, folder, broker, databases).RunAsync(stop.Token);
    return (report.Violations, report.Write());
}

async Task<(IReadOnlyList<string> Violations, string Json)> RunHostsAsync(RentedOptions options)
{
    var report = await new RentedRun(options, folder, broker).RunAsync(stop.Token);
    return (report.Violations, report.Write());
}
