using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;

namespace FineTunePipeline.Cli.Hosts;

/// <summary>
/// One question to a job's model on its host, by the job's own trainer, as the evaluation asks: the base model, or what was trained by now. On the processor and
/// behind everything else there, so that the training loses neither memory of its card nor its turn.
/// </summary>
internal sealed class HostQuestion(JobHost host)
{
    private const int NoRoom = 76;
    private const int NothingTrained = 77;
    private const int Killed = 137;

    /// <summary>On the processor weights have four bytes, mostly twice as many as in their files.</summary>
    private const double MemoryPerByte = 2.2;
    private const long Program = 1L << 30;

    /// <summary>Prints which one it is, and lays its files where the trainer deletes none of them. What is finished comes first, then the newest checkpoint of the newest attempt.</summary>
    private const string Trained = """
        newest=0
        for attempt in "$job"/train-*; do
          number=${attempt##*-}
          if [ -d "$attempt/output" ] && [ "$number" -gt "$newest" ]; then newest=$number; fi
        done
        output=$job/train-$newest/output
        from= which=
        if [ "$(cat "$job/train-$newest/train/exit_code" 2>/dev/null | tr -d ' ')" = 0 ]; then from=$output which='the trained model'
        else
          last=0
          for state in "$output"/checkpoint-*/trainer_state.json; do
            step=${state%/*} step=${step##*-}
            if [ -s "$state" ] && [ "$step" -gt "$last" ]; then last=$step; fi
          done
          if [ "$last" -gt 0 ]; then from=$output/checkpoint-$last which="the checkpoint of step $last"; fi
        fi
        if [ -z "$from" ]; then exit 77; fi
        mkdir tuned || exit
        for file in "$from"/*; do
          case $file in *.pt | *.pth | *.bin | *.jsonl) continue ;; esac
          if [ -f "$file" ]; then ln "$file" tuned/ 2>/dev/null || cp "$file" tuned/ || exit; fi
        done

        """;

    /// <summary>A checkpoint of all weights may lack what the base model has beside them.</summary>
    private const string Beside = """
        for file in "$model"/*; do
          case $file in *.safetensors | *.bin | *.index.json) continue ;; esac
          if [ -f "$file" ] && [ ! -e "tuned/${file##*/}" ]; then ln -s "$file" tuned/; fi
        done

        """;

    // Whose memory is wanted when there is none left: this one's, never the training's.
    private const string Begin = """
        echo 1000 2>/dev/null >/proc/self/oom_score_adj
        available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
        if [ -n "$available" ] && [ "$available" -lt "$needed" ]; then echo "$((available / 1024)) of $((needed / 1024)) MiB" >&2; exit 76; fi
        which='the base model'

        """;

    private const string End = """

        code=$?
        if [ "$code" -ne 0 ]; then exit "$code"; fi
        { echo "$which"; cat out/generated_predictions.jsonl; } >answer

        """;

    /// <param name="afterTraining">What was trained by now; else the base model.</param>
    /// <returns>Which model answered, in words, and what it said.</returns>
    /// <exception cref="CliException">It was not answered.</exception>
    public async Task<(string Which, string Answer)> AskAsync(string question, bool afterTraining, int maxTokens, TimeSpan limit, CancellationToken cancellationToken)
    {
        await using var run = await HostRun.StartAsync(host, [], "chat", limit, Lines(question, afterTraining, maxTokens), "answer");
        var end = await run.Ended.WaitAsync(cancellationToken);
        if (!end.Succeeded)
        {
            throw new CliException(ExitCodes.JobFailed, Explain(end, limit));
        }

        var lines = end.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length > 1 && Answer(lines[1]) is { } answer ? (lines[0], answer) : throw new CliException(ExitCodes.JobFailed, "The trainer's answer cannot be read.");
    }

    private static string? Answer(string line)
    {
        try
        {
            return (JsonNode.Parse(line) as JsonObject)?["predict"]?.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Lines(string question, bool afterTraining, int maxTokens)
    {
        var job = host.Job;
        var isFull = job.Method != FineTuningMethod.Lora;
        var needed = (long)((job.ModelBytes * MemoryPerByte) + Program) / 1024;
        var data = new JsonArray(new JsonObject { ["instruction"] = question, ["input"] = "", ["output"] = "?" }).ToJsonString();
        var info = new JsonObject { [JobOnHost.DatasetName] = new JsonObject { ["file_name"] = JobOnHost.DatasetName + ".json" } }.ToJsonString();
        var yaml = job.Question + string.Create(CultureInfo.InvariantCulture, $"max_new_tokens: {maxTokens}\n");
        if (afterTraining && !isFull)
        {
            yaml += $"adapter_name_or_path: \"{JobOnHost.FolderMark}/tuned\"\n";
        }
        else if (afterTraining)
        {
            yaml = string.Join('\n', yaml.Split('\n').Select(line => line.StartsWith("model_name_or_path:", StringComparison.Ordinal) ? $"model_name_or_path: \"{JobOnHost.FolderMark}/tuned\"" : line));
        }

        var exports = job.Trainer.Environment.Select(pair => $"export {pair.Key}={ShellWord.Of(pair.Value)}");
        return string.Join(
            '\n',
            [
                $"job={ShellWord.Of(host.Folder)} model={ShellWord.Of(job.ModelFolder)} needed={needed.ToString(CultureInfo.InvariantCulture)}",
                .. exports,
                "export CUDA_VISIBLE_DEVICES=",
                Begin + (afterTraining ? Trained + (isFull ? Beside : "") : ""),
                $"printf '%s\\n' {ShellWord.Of(data)} >{JobOnHost.DatasetName}.json",
                $"printf '%s\\n' {ShellWord.Of(info)} >dataset_info.json",
                $"printf '%s' {ShellWord.Of(yaml.Replace(JobOnHost.FolderMark, ".", StringComparison.Ordinal))} >question.yaml",
                $"nice -n 19 {ShellWord.Of(job.Trainer.FileName)} train \"$PWD/question.yaml\" &",
                HostScripts.WhileWanted + End,
            ]);
    }

    private string Explain(HostRunEnd end, TimeSpan limit) => end switch
    {
        { State: HostRunState.Gone } or { WasStopped: true } => "The job has given its host back while it was asked.",
        { State: HostRunState.Lost } => $"The connection to {host.Login.HostName} broke; the job goes on.",
        { HitTimeLimit: true } => $"There was no answer within {limit}: the question waits behind the training on the host's processor. Give it longer with --limit, or ask for less with --max-tokens.",
        { ExitCode: NoRoom } => $"{host.Login.HostName} has too little memory free for a second copy of the model beside the training ({end.LastLine}): ask when the job has ended.",
        { ExitCode: Killed } => $"{host.Login.HostName} has too little memory for a second copy of the model, which was ended so that the training could go on: ask when the job has ended.",
        { ExitCode: NothingTrained } => "Nothing is trained yet: the first checkpoint comes after `save_steps` steps. --before asks the base model.",
        _ => $"The question ended with exit code {end.ExitCode}: {end.LastLine}",
    };
}
