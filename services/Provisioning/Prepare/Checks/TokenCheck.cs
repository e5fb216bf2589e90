using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Hosts.Engines;

namespace FineTunePipeline.Provisioning.Prepare.Checks;

/// <summary>What validation asks of any other model: whether its tokenizer and template can be used on the data, and leave something to learn.</summary>
internal sealed class TokenCheck(EngineRuns engines, PrepareOptions options)
{
    private const string Description = "dataset_info.json";
    private const int BadInput = 3;

    public async Task<Finding> AskAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var job = test.Job!;
        if (!TokenizeArguments.Can(job.Spec))
        {
            return Finding.PutOff($"not counted: the template {job.Spec.Template} is LLaMA-Factory's alone");
        }

        var (tokens, trained, over) = (0L, 0L, 0L);
        foreach (var (index, file) in job.DataFiles.Where(file => file != Description).Index())
        {
            var run = string.Create(CultureInfo.InvariantCulture, $"tokenize-{index}");
            var arguments = TokenizeArguments.For(job.Spec, $"{job.DataFolder}/{file}", job.ModelFolder);
            var end = await engines.ToEndAsync(test, Engine.Model, run, arguments, options.ModelTimeLimit, "counting tokens", cancellationToken);
            if (!end.Succeeded)
            {
                return end.HitTimeLimit ? Finding.Bad($"the tokens of {file} could not be counted within {options.ModelTimeLimit} (Prepare:ModelTimeLimit)")
                    : end.ExitCode == BadInput ? Finding.UsersFault($"the model's tokenizer or template cannot be used on {file}: {EngineRuns.ErrorOf(end).Message}")
                    : end.Crashed ? Finding.UsersFault($"tokenizer.json ended the tokenizer library (exit code {end.ExitCode}): it is damaged or of an unknown kind", end.Evidence)
                    : Finding.Bad($"finetune-model tokenize ended with exit code {end.ExitCode}: {EngineRuns.ErrorOf(end).Message}", end.Evidence);
            }

            if (Read(await EngineRuns.LastLineAsync(test, run, cancellationToken)) is not { } counted)
            {
                return Finding.Bad("what finetune-model tokenize said cannot be read");
            }

            (tokens, trained, over) = (tokens + counted.Tokens, trained + counted.Trained, over + counted.Over);
        }

        return trained == 0
            ? Finding.UsersFault($"no sample has a token to learn within cutoff_len {job.Spec.Hyperparameters.CutoffLen}")
            : Finding.Good(string.Create(CultureInfo.InvariantCulture, $"{tokens} tokens, {trained} of them to learn, {over} samples cut at cutoff_len"));
    }

    private static (long Tokens, long Trained, long Over)? Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("tokens").GetInt64(), json.RootElement.GetProperty("trained_tokens").GetInt64(), json.RootElement.GetProperty("over_cutoff").GetInt64());
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
