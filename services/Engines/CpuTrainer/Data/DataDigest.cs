using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FineTunePipeline.CpuTrainer.Data;

/// <summary>Tells whether two runs train on the same samples in the same base order.</summary>
internal static class DataDigest
{
    public static string Of(IReadOnlyList<TokenizedSample> samples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sample in samples)
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([sample.Ids.Length]));
            hash.AppendData(MemoryMarshal.AsBytes<int>(sample.Ids));
            hash.AppendData(MemoryMarshal.AsBytes<bool>(sample.Trained));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
