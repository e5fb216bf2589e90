using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Runs;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>
/// One short question to the base model where it lies, by the trainer that is to train it: the proof that weights, tokenizer, template and trainer go together on
/// this host, before a step is paid for. An answer of at least one token, and a loss that is a number where one is told, are the proof.
/// </summary>
internal sealed partial class FirstPromptCheck(TrainerLocator trainers, EngineRuns engines, PrepareOptions options)
{
    internal const string Prompt = "Hello! What is your name?";
    private const string Expected = "Hello!";
    private const string Run = "prompt";
    private const int MaxNewTokens = 16;
    private const int LargestResult = 64 * 1024;
    private const int AnswerCharacters = 200;

    public async Task<Finding> AskAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        if (!options.AskBaseModel)
        {
            return Finding.PutOff("not asked: Prepare:AskBaseModel is off");
        }

        var folder = EngineRuns.FolderOf(test, "prompt-data");
        await PutAsync(test, $"{folder}/{Run}.json", new[] { new { instruction = Prompt, input = "", output = Expected } }, cancellationToken);
        await PutAsync(test, $"{folder}/dataset_info.json", new Dictionary<string, object> { [Run] = new { file_name = Run + ".json" } }, cancellationToken);
        using (var yaml = new MemoryStream(Encoding.UTF8.GetBytes(Yaml(test, folder))))
        {
            await test.Host.UploadAsync(yaml, $"{folder}/{Run}.yaml", cancellationToken);
        }

        var program = trainers.Locate(test.Program, test.EngineFolder);
        var end = await engines.ToEndAsync(test, program, Run, ["train", $"{folder}/{Run}.yaml"], options.PromptTimeLimit, "asking the base model", cancellationToken);
        if (!end.Succeeded)
        {
            return Failed(end);
        }

        var output = EngineRuns.FolderOf(test, Run) + "/out";
        return Judge(
            test.Job!,
            Encoding.UTF8.GetString(await test.Host.ReadAsync(output + "/generated_predictions.jsonl", 0, LargestResult, cancellationToken)),
            Encoding.UTF8.GetString(await test.Host.ReadAsync(output + "/eval_results.json", 0, LargestResult, cancellationToken)));
    }

    /// <summary>Greedy, and a batch of one, so that the same model says the same on every host.</summary>
    private static string Yaml(HostUnderTest test, string folder)
    {
        var job = test.Job!;
        return QuestionYaml.For(job.Spec, job.Spec.Method, job.ModelFolder, Run, folder, EngineRuns.FolderOf(test, Run) + "/out")
            .Answered(batchSize: 1)
            .Add("do_eval", true)
            .Add("max_new_tokens", MaxNewTokens)
            .ToString();
    }

    private Finding Failed(RunEnd end) => end switch
    {
        { HitTimeLimit: true } => Finding.Bad($"the base model gave no answer within {options.PromptTimeLimit} (Prepare:PromptTimeLimit)"),
        { Crashed: true } => Finding.Bad($"the trainer crashed (exit code {end.ExitCode}) while it asked the base model", end.Evidence),
        { RanOutOfMemory: true } => Finding.Bad($"this host's memory does not hold the base model: {end.LastLine}", end.Evidence),
        _ when LibraryError().IsMatch(end.ErrorTail) => Finding.Bad($"the trainer lacks a library on this host, or has one that does not go with it: {end.LastLine}", end.Evidence),
        _ => Finding.UsersFault($"the base model cannot be asked: {end.LastLine ?? "the trainer wrote nothing"}", end.Evidence),
    };

    [GeneratedRegex(@"^(?:\w+\.)*(?:ImportError|ModuleNotFoundError|PackageNotFoundError): ", RegexOptions.Multiline)]
    private static partial Regex LibraryError();

    /// <summary>What the trainer's files say. Python writes a loss that is no number as a bare word, which is no JSON.</summary>
    internal static Finding Judge(JobUnderTest job, string predictions, string results)
    {
        var answer = Text(predictions.Split('\n')[0], "predict");
        if (!TellsGoodLoss(results))
        {
            return Finding.UsersFault($"the base model computes no numbers (its loss on '{Expected}' is no number): its weights are damaged, or not of this architecture");
        }

        if (string.IsNullOrEmpty(answer))
        {
            return Finding.UsersFault($"the base model answers '{Prompt}' with nothing: its chat template, or the job's, is of another model");
        }

        job.FirstAnswer = string.Concat(answer.Take(AnswerCharacters).Select(each => char.IsControl(each) ? ' ' : each));
        return Finding.Good($"asked '{Prompt}' it says: {job.FirstAnswer}");
    }

    private static string? Text(string line, string name) =>
        Parse(line) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>LLaMA-Factory tells none where it generates; what it trains is watched from the first step on.</summary>
    private static bool TellsGoodLoss(string results) => Parse(results) is { ValueKind: JsonValueKind.Object } json
        && (!json.TryGetProperty("eval_loss", out var loss) || (loss.ValueKind == JsonValueKind.Number && double.IsFinite(loss.GetDouble())));

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task PutAsync(HostUnderTest test, string path, object value, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, ContractJson.Options));
        await test.Host.UploadAsync(json, path, cancellationToken);
    }
}
