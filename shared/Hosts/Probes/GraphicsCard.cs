namespace FineTunePipeline.Hosts.Probes;

/// <summary>A card as <c>nvidia-smi</c> tells of it.</summary>
/// <param name="Name">Such as <c>NVIDIA GeForce RTX 4090</c>.</param>
/// <param name="TotalBytes">All of its memory.</param>
/// <param name="FreeBytes">What nobody uses.</param>
/// <param name="Driver">Version of the driver.</param>
public sealed record GraphicsCard(string Name, long TotalBytes, long FreeBytes, string Driver);
