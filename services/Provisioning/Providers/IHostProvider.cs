namespace FineTunePipeline.Provisioning.Providers;

/// <summary>
/// Who rents hosts. A host is known by a name that we give it, made from job and attempt, so that it can be found again after an answer that never
/// came. Nothing here retries: a create call that is repeated blindly rents a second host. Every method has a time limit of its own and throws
/// <see cref="ProviderException"/>.
/// </summary>
public interface IHostProvider
{
    /// <summary>What <c>provider.name</c> in a job says, in lower case.</summary>
    string Name { get; }

    /// <summary>
    /// How long after an unanswered <see cref="CreateAsync"/> the host may still appear in <see cref="ListAsync"/>: the call's own time limit and the
    /// delay of the provider's listing. Zero where a create call is done when it returns.
    /// </summary>
    TimeSpan SettleTime { get; }

    /// <summary>What a host would cost now; null if there is none to be had.</summary>
    Task<HostOffer?> OfferAsync(HostRequest request, CancellationToken cancellationToken);

    /// <summary>Rents a host under this name. Only called when <see cref="FindAsync"/> does not know the name.</summary>
    /// <param name="name">Ours.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="offer"><see cref="HostOffer.Id"/> of what it offered for it.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    Task<ProvidedHost> CreateAsync(string name, HostRequest request, string? offer, CancellationToken cancellationToken);

    /// <summary>The host of this name, or null when the provider has none.</summary>
    Task<ProvidedHost?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gives the host back. Returning says only that the wish was taken in: gone is what <see cref="ListAsync"/> no longer has. No error if it is gone.</summary>
    Task ReleaseAsync(string name, CancellationToken cancellationToken);

    /// <summary>All hosts that carry this installation's mark, whatever their state.</summary>
    Task<IReadOnlyList<ProvidedHost>> ListAsync(CancellationToken cancellationToken);
}
