using FineTunePipeline.Chaos.Rented.Faults;
using FineTunePipeline.Chaos.Rented.Hosts;

namespace FineTunePipeline.Chaos.Rented.Counting;

/// <summary>
/// What the hosts' journals say of trainers that were started again: whether the one before lived, whether its host was really lost, and what was done twice.
/// </summary>
internal sealed class Relaunches
{
    /// <summary>A checkpoint that is so young may still be on its way into the store.</summary>
    public static readonly TimeSpan OnTheWay = TimeSpan.FromSeconds(5);

    /// <summary>After a killed worker: its claim ends (30 s), and another takes up what it watched.</summary>
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(40);

    /// <summary>After an outage: contact is found again, and what was saved meanwhile is brought home.</summary>
    private static readonly TimeSpan Catching = TimeSpan.FromSeconds(15);

    private readonly IReadOnlyList<Outage> _outages;
    private readonly IReadOnlySet<string> _told;
    private readonly IReadOnlyList<long> _workerKills;

    /// <param name="told">Hosts with a status command: while something lived there, it said that they run.</param>
    public Relaunches(
        ILookup<string, Trainer> trainers, IEnumerable<Outage> outages, IReadOnlySet<string> told, IReadOnlyList<long> workerKills, IReadOnlyCollection<AcceptedCheckpoint> accepted)
    {
        (_outages, _told, _workerKills) = ([.. outages.OrderBy(outage => outage.FromMs)], told, workerKills);
        foreach (var job in trainers)
        {
            Compare([.. job]);
            Double([.. job], [.. accepted.Where(checkpoint => checkpoint.JobId == job.Key)]);
        }
    }

    /// <summary>Trainers that were started while the one before lived, and its status command said so, or its host had been out of contact for less than the limit.</summary>
    public List<string> False { get; } = [];

    /// <summary>Trainers that were started while the one before lived on a host without a status command that had been out of contact for longer.</summary>
    public List<string> Overlaps { get; } = [];

    /// <summary>Trainers that were started again although nothing had happened to the host of the one before.</summary>
    public List<string> Unprovoked { get; } = [];

    /// <summary>Trainings of which the older attempt had something accepted after the newer one had begun.</summary>
    public List<string> Doubles { get; } = [];

    /// <summary>Starts after the first, for a reason or not.</summary>
    public int Count { get; private set; }

    /// <summary>Steps that were done again after a relaunch, at most, and where.</summary>
    public (int Steps, string Where) Repeated { get; private set; } = (0, "");

    /// <summary>Since when what the trainer did could not be brought home any more: the outage, or what went before it without a break.</summary>
    private long LostSince(Trainer trainer, Outage outage)
    {
        var since = outage.FromMs;
        while (true)
        {
            var before = _outages.Where(other => other.Machine == trainer.Machine && other.FromMs < since && other.UntilMs + Catching.TotalMilliseconds > since).Select(other => other.FromMs)
                .Concat(_workerKills.Where(kill => kill < since && kill + Unwatched.TotalMilliseconds > since)).DefaultIfEmpty(since).Min();
            if (before == since)
            {
                return since;
            }

            since = before;
        }
    }

    /// <summary>
    /// What ended a trainer's use, before another one was started. It may have begun before the trainer: what a frozen host was told to start, it starts when it thaws.
    /// </summary>
    private Outage? Cause(Trainer trainer, long nextMs) =>
        _outages.LastOrDefault(outage => outage.Machine == trainer.Machine && outage.UntilMs >= trainer.StartedMs - OnTheWay.TotalMilliseconds && outage.FromMs <= nextMs);

    private void Compare(IReadOnlyList<Trainer> trainers)
    {
        for (var index = 1; index < trainers.Count; index++)
        {
            Count++;
            var (next, earlier) = (trainers[index], trainers.Take(index).ToList());
            foreach (var living in earlier.Where(trainer => trainer.LastMs > next.StartedMs))
            {
                var lasted = _outages.Where(outage => outage.Machine == living.Machine && outage.FromMs <= next.StartedMs).Select(outage => outage.LastedUntil(next.StartedMs)).DefaultIfEmpty(TimeSpan.Zero).Max();
                var told = FormattableString.Invariant($"{next} was started while {living} lived, which had been out of contact for {lasted.TotalSeconds:0.0} s");
                var isTold = _told.Contains(Outage.HostOf(living.Machine));
                (isTold || lasted < RentedSettings.LostAfter ? False : Overlaps).Add(isTold ? told + ", and whose status command said that it ran" : told);
            }

            var last = earlier[^1];
            if (Cause(last, next.StartedMs) is null)
            {
                Unprovoked.Add($"{next} was started although nothing had happened to the host of {last}");
            }

            Repeat(next, earlier);
        }
    }

    private void Repeat(Trainer next, List<Trainer> earlier)
    {
        var kept = earlier.Select(trainer => trainer.StepAt((Cause(trainer, next.StartedMs) is { } cause ? LostSince(trainer, cause) : next.StartedMs) - (long)OnTheWay.TotalMilliseconds)).Max();
        if (next.FromStep is { } from && kept - from > Repeated.Steps)
        {
            Repeated = (kept - from, $"{next} began after step {from}, and step {kept} had been done in time");
        }
    }

    private void Double(IReadOnlyList<Trainer> trainers, IReadOnlyList<AcceptedCheckpoint> accepted)
    {
        foreach (var checkpoint in accepted)
        {
            if (trainers.FirstOrDefault(trainer => trainer.Attempt > checkpoint.Attempt && trainer.StartedMs < checkpoint.AtMs) is { } newer)
            {
                Doubles.Add($"{checkpoint.JobId}: the checkpoint of step {checkpoint.Step} was accepted from train-{checkpoint.Attempt} {checkpoint.AtMs - newer.StartedMs} ms after {newer} had begun");
            }
        }
    }

    /// <summary>A result is accepted once; it is told with its time.</summary>
    public void Double(ILookup<string, Trainer> trainers, string jobId, int attempt, long acceptedMs)
    {
        if (trainers[jobId].FirstOrDefault(trainer => trainer.Attempt > attempt && trainer.StartedMs < acceptedMs) is { } newer)
        {
            Doubles.Add($"{jobId}: the result was accepted from train-{attempt} {acceptedMs - newer.StartedMs} ms after {newer} had begun");
        }
    }
}
