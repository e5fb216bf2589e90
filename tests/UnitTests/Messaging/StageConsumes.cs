using System.Data.Common;
using FineTunePipeline.Contracts.Release;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Outbox;
using FineTunePipeline.Messaging.Stages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FineTunePipeline.UnitTests.Messaging;

/// <summary>The stage's inbox as an endpoint calls it: each consume has a scope, one commit at its end, and is done again when it lost a race.</summary>
internal sealed class StageConsumes(IServiceProvider provider)
{
    private const int Tries = 50;

    public Task AcceptAsync(ReleaseHost command, CancellationToken cancellationToken) =>
        ConsumeAsync((inbox, session) => inbox.AcceptAsync(session, command, cancellationToken), cancellationToken);

    /// <summary>Takes it in, and the power fails before the commit.</summary>
    public Task FailAsync(ReleaseHost command) => ConsumeAsync(
        async (inbox, session) =>
        {
            await inbox.AcceptAsync(session, command, CancellationToken.None);
            throw new IOException("The power failed.");
        },
        CancellationToken.None);

    public Task CancelAsync(CancelStage cancel, CancellationToken cancellationToken) =>
        ConsumeAsync((inbox, session) => inbox.CancelAsync(session, cancel, cancellationToken), cancellationToken);

    private async Task ConsumeAsync(Func<StageInbox<ReleaseHost>, WriteSession, Task> consume, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            await using var scope = provider.CreateAsyncScope();
            var inbox = scope.ServiceProvider.GetRequiredService<StageInbox<ReleaseHost>>();
            var database = scope.ServiceProvider.GetRequiredService<StageTestDb>();
            try
            {
                await provider.GetRequiredService<OutboxCommit<StageTestDb>>().SaveAsync(
                    database,
                    inbox: null,
                    async session =>
                    {
                        await consume(inbox, session);
                        return true;
                    },
                    cancellationToken);
                inbox.Committed();
                return;
            }
            catch (DbUpdateException exception) when (exception.InnerException is IOException)
            {
                throw exception.InnerException;
            }
            catch (DbUpdateException exception) when (tries < Tries && exception is DbUpdateConcurrencyException or { InnerException: DbException })
            {
                // The endpoint's retry.
                continue;
            }
        }
    }
}
