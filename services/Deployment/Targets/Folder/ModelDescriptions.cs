using System.Text.Json;
using System.Text.Json.Serialization;
using FineTunePipeline.Contracts;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Stages;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Deployment.Targets.Folder;

/// <summary>Asks <c>finetune-model modelfile</c> how a GGUF file's chats are written; an engine does it because templates are programs.</summary>
internal sealed class ModelDescriptions(
    IHostConnector hosts, EngineLocator engines, EngineVersions versions, IOptions<LocalHostOptions> localHost)
{
    private const int UnknownVerb = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly JsonSerializerOptions Json = new(ContractJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>null if the engine is an older one without the verb: Ollama then takes the template inside the file, where it knows it.</summary>
    public async Task<ModelDescription?> DescribeAsync(string file, CancellationToken cancellationToken)
    {
        var host = Host();
        var engine = engines.Locate(Engine.Model);
        var result = await host.RunAsync(engine with { Arguments = [.. engine.Arguments, "modelfile", file], TimeLimit = Limit }, cancellationToken);
        if (result.ExitCode == UnknownVerb)
        {
            return null;
        }

        EngineSilentException.ThrowIfSilent(result, "finetune-model modelfile");
        var lastError = EngineAnswer.LastLine(result.StandardError);
        if (result.ExitCode != 0)
        {
            throw StageException.Internal(
                "modelfile_failed", $"finetune-model modelfile ended with exit code {result.ExitCode}: {lastError}", result.StandardError);
        }

        try
        {
            return JsonSerializer.Deserialize<ModelDescription>(EngineAnswer.LastLine(result.StandardOutput), Json);
        }
        catch (JsonException exception)
        {
            throw StageException.Internal("modelfile_failed", $"What finetune-model modelfile wrote cannot be read: {exception.Message}");
        }
    }

    /// <summary>The engine that describes, with its llama.cpp.</summary>
    public Task<string> EngineVersionAsync(CancellationToken cancellationToken) => versions.OfModelToolAsync(Host(), cancellationToken);

    private IComputeHost Host() => hosts.Connect(LocalMachine.Reference(localHost.Value.WorkFolder, localHost.Value.WorkFolder));
}
