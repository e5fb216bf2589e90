using System.Collections.Concurrent;
using FineTunePipeline.Storage;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>The wheels that hosts get from us. Each is hashed once, and again when it was changed.</summary>
internal sealed class WheelFolder
{
    private readonly ConcurrentDictionary<(string Path, long Bytes, DateTime Changed), string> _digests = new();

    /// <summary>By name.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public async Task<IReadOnlyList<Wheel>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var wheels = new List<Wheel>();
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.whl").OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var key = (file.FullName, file.Length, file.LastWriteTimeUtc);
            if (!_digests.TryGetValue(key, out var digest))
            {
                _digests[key] = digest = await Digests.Sha256OfFileAsync(file.FullName, cancellationToken);
            }

            wheels.Add(new Wheel(file.Name, file.FullName, file.Length, digest));
        }

        return wheels;
    }
}
