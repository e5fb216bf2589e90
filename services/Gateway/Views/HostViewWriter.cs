using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Hosts;
using FineTunePipeline.Contracts.Secrets;
using FineTunePipeline.Gateway.Data;
using Microsoft.EntityFrameworkCore;

namespace FineTunePipeline.Gateway.Views;

/// <summary>Takes what is told of a host into its view, within a consume. One that was removed stays as a row, so that older news does not bring it back.</summary>
internal sealed class HostViewWriter(GatewayDbContext database)
{
    /// <summary>Provisioning's key for secrets.</summary>
    public async Task ApplyAsync(SecretKeyTold told, CancellationToken cancellationToken)
    {
        var row = await database.OwnerKeys.SingleOrDefaultAsync(row => row.Service == HostViews.Owner, cancellationToken);
        if (row is null)
        {
            database.OwnerKeys.Add(new OwnerKeyRow { Service = HostViews.Owner, PublicKey = told.PublicKey });
        }
        else
        {
            row.PublicKey = told.PublicKey;
        }
    }

    public async Task ApplyAsync(HostChanged change, CancellationToken cancellationToken)
    {
        var row = await database.Hosts.SingleOrDefaultAsync(row => row.Name == change.HostName, cancellationToken);
        if (row is null)
        {
            row = new HostViewRow { Name = change.HostName };
            database.Hosts.Add(row);
        }
        else if (row.Version >= change.Version)
        {
            return;
        }

        (row.Version, row.State, row.JobId, row.Change) = (change.Version, change.State, change.JobId, JsonSerializer.Serialize(change, ContractJson.Options));
    }
}
