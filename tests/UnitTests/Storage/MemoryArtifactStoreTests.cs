using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Storage;

namespace FineTunePipeline.UnitTests.Storage;

/// <summary>The store that other tests use keeps the same contract as the real ones.</summary>
public sealed class MemoryArtifactStoreTests : ArtifactStoreCompliance
{
    private readonly MemoryArtifactStore _store = new();

    protected override IArtifactStore Store => _store;

    protected override Task DamageAsync(string sha256)
    {
        _store.Blobs[sha256] = [.. _store.Blobs[sha256].Reverse()];
        return Task.CompletedTask;
    }
}
