using System.Globalization;

namespace FineTunePipeline.Provisioning.Leases;

/// <summary>The name of a lease, and of its host at the provider: made from job and attempt, never from a fence, so that whoever comes later finds it.</summary>
internal static class LeaseName
{
    public static string For(string jobId, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{jobId}-{attempt}");
}
