using System.Text.Json;
using System.Text.Json.Serialization;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Conversion.Running;

/// <summary>
/// Runs <c>finetune-model</c> on a host under the host contract. A run that an earlier entry of this attempt left is adopted, an ended one is read again;
/// stopping to look (cancellation) leaves a run alone.
/// </summary>
internal sealed class ModelTool(EngineLocator engines, HostRuns runs, IOptions<ConversionOptions> options)
{
    /// <summary>Runs a verb to its end and reads the JSON object in the last line of its output.</summary>
    /// <param name="run">Names the run folder, such as <c>gguf-f16</c>.</param>
    /// <param name="doing">What it does, for people: "merging the adapter".</param>
    /// <exception cref="StageException">It did not end with exit code 0, or its output cannot be read.</exception>
    public async Task<T> RunAsync<T>(
        IComputeHost host, ConversionFolders folders, string run, string doing, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await ToEndAsync(host, folders, run, doing, arguments, cancellationToken);
        var output = await HostRuns.TailAsync(host, folders.Run(run), RunFolder.Output, cancellationToken);
        var last = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
        try
        {
            return JsonSerializer.Deserialize<T>(last, EngineJson) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw StageException.Internal("engine_output", $"The last line that finetune-model wrote while {doing} cannot be read: {exception.Message}", last);
        }
    }

    /// <summary>Runs a verb to its end; its output is for the caller to read.</summary>
    public async Task ToEndAsync(
        IComputeHost host, ConversionFolders folders, string run, string doing, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var engine = engines.Locate(Engine.Model, folders.Engines);
        var command = engine with { Arguments = [.. engine.Arguments, .. arguments], TimeLimit = options.Value.TimeLimit };
        var end = await runs.ToEndAsync(host, folders.Run(run), command, doing, cancellationToken);
        if (!end.Succeeded)
        {
            throw EngineFailures.Explain(doing, end);
        }
    }

    /// <summary>Engines may learn to say more than we read.</summary>
    private static JsonSerializerOptions EngineJson { get; } = new(ContractJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };
}
