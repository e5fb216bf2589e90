using System.Diagnostics;
using System.Globalization;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Hosts.Engines.Packages;
using FineTunePipeline.Hosts.Ssh;
using FineTunePipeline.ServiceDefaults.Serving;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Standalone.Demo.Rented;

/// <summary>
/// The demo on two computers that were rented, with both other parts played: the person who adds them (over the gateway's HTTP interface), and the one who takes the
/// first away in the middle of the training. What the pipeline does then is its own.
/// </summary>
internal sealed class RentedPlay : IAsyncDisposable
{
    private const string GoesOn = "Training goes on from step ";

    /// <summary>The cheaper one is taken by the job first.</summary>
    private static readonly TestHostPlan[] Plans = [new("gpu-1", 1.98m), new("gpu-2", 2.49m)];

    /// <summary>Making engines is silent when they are there already.</summary>
    private static readonly TimeSpan SilentPacking = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private readonly TestHosts _hosts;
    private readonly DemoScreen _screen;
    private readonly DemoClient _gateway;
    private readonly HostsClient _pool;
    private RentedFacts _facts = new();
    private Stopwatch? _sinceTaken;
    private string? _host;

    private RentedPlay(TestHosts hosts, DemoScreen screen, DemoClient gateway, HostsClient pool) => (_hosts, _screen, _gateway, _pool) = (hosts, screen, gateway, pool);

    /// <summary>Nobody waits five minutes for a demo: a host is given up sooner, and money has shorter ticks. That a host is gone is on the screen already.</summary>
    public static string[] Settings { get; } =
    [
        "--Logging:LogLevel:Default=Error",
        "--Pool:ProbeEvery=00:00:01", "--Pool:LostAfter=00:00:06", "--Money:Tick=00:00:06", "--Training:LookEvery=00:00:00.5", "--Ssh:ConnectTimeout=00:00:05",
    ];

    /// <param name="openSsh">This computer's.</param>
    /// <param name="process">Started; the installation that uses the hosts.</param>
    /// <param name="gateway">Its.</param>
    /// <param name="screen">Shows what happens.</param>
    /// <param name="cancellationToken">Ends what was started so far.</param>
    /// <exception cref="DemoException">It cannot be played here.</exception>
    public static async Task<RentedPlay> StartAsync(OpenSsh openSsh, ServiceProcess process, DemoClient gateway, DemoScreen screen, CancellationToken cancellationToken)
    {
        var services = process.App.Services;
        var pool = new HostsClient(services.GetRequiredService<IHttpClientFactory>(), process.App.Urls.First());
        foreach (var job in await pool.OpenJobsAsync(cancellationToken))
        {
            // Of a demo that was killed: it would take our hosts.
            await gateway.CancelAsync(job, cancellationToken);
        }

        var keyFile = services.GetRequiredService<IOptions<SshOptions>>().Value.KeyFile;
        var hosts = await TestHosts.StartAsync(openSsh, Plans, process.Home, services.GetRequiredService<SshHostConnector>(), keyFile, cancellationToken);
        var play = new RentedPlay(hosts, screen, gateway, pool);
        try
        {
            await play.PackAsync(services.GetRequiredService<EnginePackages>(), cancellationToken);
            await play.AddAsync(cancellationToken);
            return play;
        }
        catch
        {
            await play.DisposeAsync();
            throw;
        }
    }

    /// <summary>The demo's job, on a host of the pool and with a limit of money.</summary>
    public static JobSpec OnHosts(JobSpec job) => job with { Provider = job.Provider with { Name = SshEndpoint.Kind }, Budget = job.Budget with { HourlyPriceCap = 3, Total = 1 } };

    /// <summary>Tells what is not told by the event itself, and takes the first host once a checkpoint is safe and training has gone on from there.</summary>
    public async Task SeeAsync(object followed, string jobId, CancellationToken cancellationToken)
    {
        switch (followed)
        {
            case CheckpointCommitted checkpoint:
                _screen.Tell($"  step {checkpoint.Step} is safe: its checkpoint is here, whatever becomes of the host");
                _facts = _sinceTaken is null ? _facts with { CheckpointStep = checkpoint.Step } : _facts;
                break;
            case TrainingProgressed progress when _sinceTaken is null && progress.Step > _facts.CheckpointStep && progress.Step < progress.TotalSteps:
                await TakeAsync(progress.Step);
                break;
            case JobChanged { State: JobState.WaitingForYou }:
                _screen.Tell("Nobody adds a host in a demo: cancelling");
                await _gateway.CancelAsync(jobId, cancellationToken);
                break;
            case JobChanged { Stage: Stage.Prepare, State: JobState.Running } when _host is null || _host == _facts.Taken:
                await TellHostAsync(jobId, cancellationToken);
                break;
            case JobChanged change when change.Message.StartsWith(GoesOn, StringComparison.Ordinal) && _sinceTaken is not null && _facts.FromStep is null:
                await GoneOnAsync(int.Parse(change.Message.AsSpan(GoesOn.Length), CultureInfo.InvariantCulture), cancellationToken);
                break;
        }
    }

    /// <summary>Waits until no host costs anything any more, and takes them out of the pool.</summary>
    public async Task<RentedFacts> EndAsync(string jobId, CancellationToken cancellationToken)
    {
        foreach (var host in await _pool.ListAsync(cancellationToken))
        {
            await _pool.RemoveAsync(host.Name, cancellationToken);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReleaseLimit);
        var cost = await CostAsync(jobId, limit.Token, cancellationToken);
        return _facts with { Costs = cost?.Hosts ?? [], Currency = cost?.Currency ?? _facts.Currency };
    }

    public ValueTask DisposeAsync() => _hosts.DisposeAsync();

    /// <summary>Where it takes longer than the limit, the cost is told as it is then; null if the job never had a host.</summary>
    private async Task<CostView?> CostAsync(string jobId, CancellationToken limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var cost = (await _gateway.ShowAsync(jobId, cancellationToken)).Cost;
            if (cost is null || cost.Hosts.All(host => host.IsReleased) || limit.IsCancellationRequested)
            {
                return cost;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }
    }

    private async Task PackAsync(EnginePackages engines, CancellationToken cancellationToken)
    {
        var packing = engines.GetAsync(cancellationToken);
        try
        {
            if (await Task.WhenAny(packing, Task.Delay(SilentPacking, cancellationToken)) != packing)
            {
                _screen.Tell("Making the engines for rented hosts from their sources, runtime included; this is done once, and takes a minute or two");
                await packing;
                _screen.Tell("The engines are made, and kept for the next time");
            }

            await packing;
        }
        catch (Exception exception) when (exception is IStageFault fault)
        {
            throw new DemoException(fault.Failure.Evidence is { } log ? $"{exception.Message}\n{log}" : exception.Message);
        }
    }

    private async Task AddAsync(CancellationToken cancellationToken)
    {
        foreach (var host in _hosts.All)
        {
            var request = new HostRequest
            {
                Name = host.Plan.Name,
                Address = host.SshCommand,
                HourlyPrice = host.Plan.HourlyPrice,
                Currency = "CNY",
                WorkFolder = host.WorkFolder,
                OnRelease = "keep",
            };
            await _pool.SetAsync(request, cancellationToken);
            _screen.Tell(string.Create(
                CultureInfo.InvariantCulture, $"$ finetune hosts add \"{host.SshCommand}\" --name {host.Plan.Name} --price {host.Plan.HourlyPrice} --folder {host.WorkFolder}"));
        }

        _screen.Tell("Both are SSH servers on this computer. A host is given up after 6 s without a sign of life here (usually 5 minutes), and money is counted in ticks of 6 s (6 minutes)");
    }

    private async Task TakeAsync(int step)
    {
        if (_hosts.All.FirstOrDefault(host => host.Plan.Name == _host) is not { } host)
        {
            return;
        }

        _sinceTaken = Stopwatch.StartNew();
        await host.TakeAsync();
        _facts = _facts with { Taken = host.Plan.Name, TakenAtStep = step };
        _screen.Tell($"  {host.Plan.Name} was taken at step {step}: all that ran there is killed, and nothing answers any more");
    }

    private async Task TellHostAsync(string jobId, CancellationToken cancellationToken)
    {
        // A view may be a moment behind the job.
        for (var tries = 0; tries < 10; tries++)
        {
            var has = (await _pool.ListAsync(cancellationToken)).FirstOrDefault(host => host.JobId == jobId && host.State == HostState.InUse && host.Name != _facts.Taken);
            if (has is not null)
            {
                _host = has.Name;
                _screen.Tell(string.Create(CultureInfo.InvariantCulture, $"  the job has {has.Name} ({has.Address}), for {has.HourlyPrice} {has.Currency} an hour; our engines are brought there"));
                return;
            }

            await Task.Delay(LookEvery, cancellationToken);
        }
    }

    private async Task GoneOnAsync(int step, CancellationToken cancellationToken)
    {
        _facts = _facts with { FromStep = step, Next = _host, RecoverySeconds = Math.Round(_sinceTaken!.Elapsed.TotalSeconds, 1) };
        _screen.Tell($"$ finetune hosts remove {_facts.Taken}");
        await _pool.RemoveAsync(_facts.Taken!, cancellationToken);
        _screen.Tell($"  {_facts.Taken} will not come back: out of the pool, it costs nothing more here");
    }
}
