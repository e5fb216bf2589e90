using System.ComponentModel.DataAnnotations;

namespace FineTunePipeline.Gateway;

/// <summary>Settings of the HTTP interface. Section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>Largest upload in bytes. Default 64 GiB. Range 1 to 2^62.</summary>
    [Range(1L, 1L << 62, ErrorMessage = "Set Gateway:MaxUploadBytes (FINETUNE__Gateway__MaxUploadBytes) to at least 1 byte.")]
    public long MaxUploadBytes { get; set; } = 64L << 30;

    /// <summary>Largest job document in bytes. Default 1 MiB. Range 1 KiB to 64 MiB.</summary>
    [Range(1024L, 64L << 20, ErrorMessage = "Set Gateway:MaxJobBytes (FINETUNE__Gateway__MaxJobBytes) to between 1 KiB and 64 MiB.")]
    public long MaxJobBytes { get; set; } = 1L << 20;

    /// <summary>
    /// Jobs may name files and folders of this computer. Default true, because the gateway listens on loopback; set it to false when others can reach it.
    /// </summary>
    public bool AllowLocalPaths { get; set; } = true;
}
