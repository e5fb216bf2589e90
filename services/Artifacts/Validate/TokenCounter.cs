using System.Text.Json;
using System.Text.Json.Serialization;
using FineTunePipeline.Artifacts.Datasets;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.ModelFormats.Folders;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Artifacts.Validate;

/// <summary>
/// Counts tokens with the model's own tokenizer and template. In a child process: a hostile tokenizer file ends the library that reads it, and its process.
/// </summary>
internal sealed class TokenCounter(IHostConnector hosts, EngineLocator engines, IOptions<LocalHostOptions> localHost, IOptions<ArtifactsOptions> options)
{
    private const int BadInput = 3;
    private const int EvidenceCharacters = 2000;
    private static readonly JsonSerializerOptions Json = new(ContractJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>null, and faults, if model, template and data do not go together.</summary>
    public async Task<TokenFacts?> CountAsync(DatasetFolder data, string modelFolder, JobSpec spec, FaultList faults, CancellationToken cancellationToken)
    {
        var sum = new TokenFacts();
        foreach (var file in data.Files)
        {
            if (await CountAsync(file, modelFolder, spec, faults, cancellationToken) is not { } counted)
            {
                return null;
            }

            sum = sum.Plus(counted);
        }

        faults.Require(
            sum.TrainedTokens > 0,
            "dataset_nothing_to_learn",
            $"dataset: no sample has a token to learn within cutoff_len {spec.Hyperparameters.CutoffLen}; "
            + "raise hyperparameters.cutoff_len or shorten the questions.");
        return sum;
    }

    private async Task<TokenFacts?> CountAsync(DatasetFile file, string modelFolder, JobSpec spec, FaultList faults, CancellationToken cancellationToken)
    {
        var engine = engines.Locate(Engine.Model);
        IReadOnlyList<string> arguments = [.. engine.Arguments, .. TokenizeArguments.For(spec, file.Path, modelFolder)];
        var host = hosts.Connect(LocalMachine.Reference(localHost.Value.WorkFolder, options.Value.WorkFolder));
        try
        {
            var result = await host.RunAsync(engine with { Arguments = arguments, TimeLimit = options.Value.TokenizeTimeLimit }, cancellationToken);
            EngineSilentException.ThrowIfSilent(result, "finetune-model tokenize");
            return result.ExitCode == 0 ? Parse(EngineAnswer.LastLine(result.StandardOutput)) : Explain(result, file, faults);
        }
        catch (TimeoutException)
        {
            faults.Add(
                "tokenize_slow",
                $"dataset: counting the tokens of {file.Origin} took longer than {options.Value.TokenizeTimeLimit}; "
                + "split the file, or raise Artifacts:TokenizeTimeLimit.");
            return null;
        }
    }

    private static TokenFacts? Explain(CommandResult result, DatasetFile file, FaultList faults)
    {
        var reason = EngineAnswer.ErrorOf(EngineAnswer.LastLine(result.StandardError)).Message;
        switch (result.ExitCode)
        {
            case BadInput:
                faults.Add("tokenize_refused", $"The model's tokenizer or template cannot be used on {file.Origin}: {reason}");
                return null;
            case 132 or 134 or 136 or 139:
                faults.Add(
                    "model_tokenizer",
                    $"model: its tokenizer.json ended the tokenizer library (exit code {result.ExitCode}) on {file.Origin}; "
                    + "the file is damaged or of an unknown kind: download it again.");
                return null;
            default:
                throw StageException.Internal(
                    "engine_failed", $"finetune-model tokenize ended with exit code {result.ExitCode}: {reason}", Tail(result.StandardError));
        }
    }

    private static TokenFacts Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TokenFacts>(line, Json) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw StageException.Internal("engine_output", $"What finetune-model tokenize wrote cannot be read: {exception.Message}", Tail(line));
        }
    }

    private static string Tail(string text) => text.Length <= EvidenceCharacters ? text : text[^EvidenceCharacters..];
}
