using System.Security.Cryptography;
using System.Text;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>What is installed: the same recipe gives the same environment, which is used again.</summary>
/// <param name="Requirements">What pip is asked for, a line each.</param>
/// <param name="Constraints">What it may not choose freely.</param>
/// <param name="TorchConstraints">What it may not choose freely where the host has no PyTorch.</param>
/// <param name="Wheels">Where it finds them; empty: in a package index.</param>
internal sealed record LlamaFactoryRecipe(string Requirements, string Constraints, string TorchConstraints, IReadOnlyList<Wheel> Wheels)
{
    private const int FingerprintCharacters = 16;

    /// <summary>Hexadecimal digits, for the name of a folder.</summary>
    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join("\n\n", [Requirements, Constraints, TorchConstraints, .. Wheels.Select(wheel => $"{wheel.Name} {wheel.Sha256}")]))))[..FingerprintCharacters];
}
