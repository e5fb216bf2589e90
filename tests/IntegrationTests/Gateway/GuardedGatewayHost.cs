namespace FineTunePipeline.IntegrationTests.Gateway;

/// <summary>A gateway as one sets it up for others: no local paths, small limits.</summary>
public sealed class GuardedGatewayHost : GatewayHost
{
    public const int MaxJobBytes = 2048;
    public const int MaxUploadBytes = 4096;

    protected override Dictionary<string, string?> Settings => new()
    {
        ["Gateway:AllowLocalPaths"] = "false",
        ["Gateway:MaxJobBytes"] = $"{MaxJobBytes}",
        ["Gateway:MaxUploadBytes"] = $"{MaxUploadBytes}",
    };
}
