using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Jobs;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>The job that a host is tested for, and what of it is there by now.</summary>
internal sealed record JobUnderTest
{
    public required JobSpec Spec { get; init; }

    /// <summary>Absolute, on the host: run folders of this attempt.</summary>
    public required string RunsFolder { get; init; }

    /// <summary>Cards of so much memory were too small for it; null: they may have any.</summary>
    public long? MoreCardBytesThan { get; init; }

    /// <summary>The manifest that <see cref="KnownModel"/> was read from.</summary>
    public ArtifactReference? KnownReference { get; init; }

    /// <summary>The model's files by the manifest; null for one that lies on the host, as long as no host was prepared with it.</summary>
    public Manifest? KnownModel { get; init; }

    /// <summary>The folder that the job names on its host; null: its model is brought there.</summary>
    public string? HostFolder => HostModel.FolderOf(Spec.Model);

    /// <summary>Manifest of <see cref="HostFolder"/>, once its files were hashed there.</summary>
    public ArtifactReference? HostManifest { get; set; }

    /// <summary>Of the model's files, once they are known.</summary>
    public long ModelBytes { get; set; }

    /// <summary>Where the model is, once it is there.</summary>
    public string ModelFolder { get; set; } = "";

    /// <summary>Where the data is, once it is there.</summary>
    public string DataFolder { get; set; } = "";

    /// <summary>Names in <see cref="DataFolder"/>.</summary>
    public IReadOnlyList<string> DataFiles { get; set; } = [];

    /// <summary>What the base model said, once it was asked.</summary>
    public string? FirstAnswer { get; set; }
}
