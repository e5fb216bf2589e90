namespace FineTunePipeline.Benchmarks.Saga;

/// <summary>The true saga and true stage runs, in two processes over one kind of database.</summary>
internal sealed class SagaContestant : Contestant
{
    private readonly SagaRun _client;
    private readonly ChildProcess _orchestrator;
    private readonly ChildProcess _stages;

    private SagaContestant(string database, SagaRun client, ChildProcess orchestrator, ChildProcess stages) =>
        (Name, _client, _orchestrator, _stages) = (database, client, orchestrator, stages);

    public override string Name { get; }

    protected override double CpuSeconds => _orchestrator.CpuSeconds + _stages.CpuSeconds;

    /// <summary>Starts it, and has it do jobs until its code is compiled.</summary>
    public static async Task<SagaContestant> StartAsync(SagaOptions options, string database)
    {
        var environment = options.Environment(database);
        var client = await SagaRun.StartAsync(options.Broker);
        var orchestrator = await ChildProcess.StartAsync(Environment.ProcessPath!, ["saga-process", "orchestrator"], environment, "ready");
        var stages = await ChildProcess.StartAsync(Environment.ProcessPath!, ["saga-process", "stages"], environment, "ready");
        await client.BurstAsync(options.WarmUp);
        return new SagaContestant(database, client, orchestrator, stages);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stages.DisposeAsync();
        await _orchestrator.DisposeAsync();
        await _client.DisposeAsync();
    }

    protected override Task<double> BurstAsync(int jobs) => _client.BurstAsync(jobs);

    protected override Task<IReadOnlyList<double>> PacedAsync() => _client.PacedAsync(Rate, PacedJobs);
}
