using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.Gateway.Data;
using FineTunePipeline.Messaging.Outbox;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>The hosts that people have, as Provisioning told of them, and their wishes for them.</summary>
internal sealed class HostViews(IDbContextFactory<GatewayDbContext> databases, ServiceOutbox<GatewayDbContext> outbox, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Whose key seals the passwords of hosts.</summary>
    public const string Owner = "provisioning";

    /// <summary>The key with which secrets for Provisioning are sealed; it is asked for where it is not known yet.</summary>
    public async Task<string?> SecretKeyAsync(CancellationToken cancellationToken)
    {
        if (await FindKeyAsync(cancellationToken) is { } known)
        {
            return known;
        }

        await SendAsync(new TellSecretKey(), cancellationToken);
        return await SoonAsync(() => FindKeyAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Waits a little until Provisioning has told of a host.</summary>
    public Task ShownAsync(string name, CancellationToken cancellationToken) => SoonAsync(() => FindAsync(name, cancellationToken), cancellationToken);

    /// <summary>Those that there are, by name.</summary>
    public async Task<IReadOnlyList<HostChanged>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.Hosts.AsNoTracking().Where(row => row.State != HostState.Removed).OrderBy(row => row.Name).ToListAsync(cancellationToken);
        return [.. rows.Select(Read)];
    }

    /// <summary>By name, or by the job that has it or had it last.</summary>
    public async Task<HostChanged?> FindAsync(string nameOrJob, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await database.Hosts.AsNoTracking()
            .Where(row => row.State != HostState.Removed && (row.Name == nameOrJob || row.JobId == nameOrJob)).OrderByDescending(row => row.Version).ToListAsync(cancellationToken);
        return rows.Count > 0 ? Read(rows[0]) : null;
    }

    /// <summary>What is answered with 202 reaches Provisioning, whatever becomes of this process.</summary>
    public Task SendAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => outbox.SendAsync(HostQueues.PoolAddress, command, change: null, cancellationToken);

    /// <summary>Asks until there is an answer, for as long as a person waits patiently.</summary>
    private async Task<T?> SoonAsync<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        T? answer;
        for (var began = time.GetTimestamp(); (answer = await ask()) is null && time.GetElapsedTime(began) < Patience;)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }

        return answer;
    }

    private async Task<string?> FindKeyAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.OwnerKeys.AsNoTracking().Where(row => row.Service == Owner).Select(row => row.PublicKey).SingleOrDefaultAsync(cancellationToken);
    }

    private static HostChanged Read(HostViewRow row) => JsonSerializer.Deserialize<HostChanged>(row.Change, ContractJson.Options)!;
}
