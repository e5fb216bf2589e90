using System.ComponentModel;

namespace FineTunePipeline.Contracts.Jobs;

/// <summary>Where the result goes.</summary>
public sealed record DeploySpec
{
    [Description("embedded (a model server of ours on this computer), folder (GGUF, Modelfile, instructions) or none.")]
    public string Target { get; init; } = "embedded";

    [Description("GGUF type that is deployed. Default: the smallest one that passes the gate.")]
    public string? Type { get; init; }

    [Description("Port of the model server; 0 takes a free one.")]
    public int Port { get; init; }

    [Description("Folder for the target folder.")]
    public string? Folder { get; init; }
}
