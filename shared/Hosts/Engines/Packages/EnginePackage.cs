using FineTunePipeline.Contracts.Artifacts;

namespace FineTunePipeline.Hosts.Engines.Packages;

/// <summary>Our engines for Linux x64 hosts without .NET, as they lie in the artifact store.</summary>
/// <param name="Archives">Manifest of one <c>.tar.gz</c> for each engine; its digest names this edition of them.</param>
/// <param name="UnpackedBytes">What they take on a host once they are unpacked.</param>
public sealed record EnginePackage(ArtifactReference Archives, long UnpackedBytes);
