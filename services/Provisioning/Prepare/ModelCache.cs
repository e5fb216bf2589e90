using System.Globalization;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Hosts;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare;

/// <summary>
/// Models that stay on a host for the next job, each in a folder that its manifest's digest names. One job at a time has a host, and each hashes all files of
/// its model before it uses them: what is there is sent neither again nor believed.
/// </summary>
internal sealed class ModelCache(IOptions<PrepareOptions> options)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    // The folders of other models, those that were used last first, until they are too large together. Only what is named by a digest is ours.
    private const string Script = """
        mkdir -p "$1/$2" && touch "$1/$2" && cd "$1" || exit
        total=0
        for each in $(ls -t); do
          case $each in "$2" | *[!0-9a-f]*) continue ;; esac
          size=$(du -sk "$each" | cut -f 1)
          total=$((total + ${size:-0}))
          [ "$total" -le "$3" ] || rm -rf -- "./$each"
        done
        """;

    private readonly long _bytes = options.Value.ModelCacheBytes;

    /// <summary>Whether a host keeps models: one that outlives its leases, unless no bytes are allowed for it.</summary>
    public bool IsOn(HostReference host) => host.SharedFolder is not null && _bytes > 0;

    /// <summary>Where a model lies on such a host.</summary>
    public static string FolderOf(HostReference host, ArtifactReference model) => $"{Root(host)}/{model.Sha256}";

    /// <summary>Deletes what was not used for longest, so that the wanted model fits in as well. A model alone may be larger than all that is allowed.</summary>
    /// <exception cref="IOException">The host cannot be reached.</exception>
    public Task MakeRoomAsync(IComputeHost host, HostReference reference, ArtifactReference model, long modelBytes, CancellationToken cancellationToken)
    {
        var others = Math.Max(0, _bytes - modelBytes) / 1024;
        return host.RunAsync(
            new HostCommand
            {
                FileName = "sh",
                Arguments = ["-c", Script, "model-cache", Root(reference), model.Sha256, others.ToString(CultureInfo.InvariantCulture)],
                TimeLimit = Limit,
            },
            cancellationToken);
    }

    private static string Root(HostReference host) => $"{host.SharedFolder}/.finetune/models";
}
