using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Hosts;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

/// <summary>A host that answers every check well; tests change single answers.</summary>
internal static class HealthyHost
{
    public const string Torch =
        """{"torch": "2.10.0", "device": "cpu", "device_name": "EPYC", "threads": 1, "cuda": false, "bf16": false, "free_memory_bytes": null, "matmul_size": 512, "matmul_milliseconds": 3.25, "matmul_correct": true}""";

    private const string Reached = """{"addresses": [{"url": "https://huggingface.co", "reached": true, "status": 200, "milliseconds": 80}]}""";

    /// <summary>The one file of the model on the host that is read by us.</summary>
    public const string Config = "{}";

    public static string Inspected { get; } =
        $$"""{"architecture": "qwen3", "parameters": 696, "total_bytes": 9, "files": [{"path": "config.json", "bytes": 2, "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Config)))}}"}, {"path": "model.safetensors", "bytes": 7, "sha256": "{{new string('a', 64)}}"}], "faults": []}""";

    /// <summary>The model on the host, which is looked at there.</summary>
    public static ScriptedRun Holds(ScriptedCall call, string inspected)
    {
        call.Write($"{call.Argument(0)}/config.json", Config);
        return ScriptedRun.Done(inspected);
    }

    /// <summary>The trainer was asked a question.</summary>
    public static ScriptedRun Answers(ScriptedCall call, string answer, string loss = "2.5")
    {
        call.Write($"{call.RunFolder}/out/generated_predictions.jsonl", JsonSerializer.Serialize(new { prompt = "p", predict = answer, label = "l" }) + "\n");
        call.Write($"{call.RunFolder}/out/eval_results.json", $"{{\"eval_loss\": {loss}}}");
        return ScriptedRun.Done();
    }

    /// <summary>Sets an answer to the check of this name.</summary>
    public static void Answer(this Dictionary<string, Func<ScriptedRun>> answers, string name, string output, int exitCode = 0) =>
        answers[name] = () => new ScriptedRun(RunState.Exited, exitCode, output);

    /// <summary>Answers by the name of the script, which is the shell's <c>$0</c>.</summary>
    public static Dictionary<string, Func<ScriptedRun>> Script(ScriptedHost host, DateTimeOffset now)
    {
        var answers = new Dictionary<string, Func<ScriptedRun>>(StringComparer.Ordinal);
        answers.Answer("cpu", "Linux x86_64\n");
        answers.Answer("libc", "glibc 2.36\n");
        answers.Answer("libstdcxx", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6\nGLIBCXX_3.4.9\nGLIBCXX_3.4.30\n");
        answers.Answer("openssl", "/usr/lib/x86_64-linux-gnu/libssl.so.3\n");
        answers.Answer("tools", "");
        answers.Answer("speed", "128+0 records out\n");
        answers.Answer("memory", "");
        answers.Answer("clock", $"{now.ToUnixTimeSeconds()}\n");
        answers.Answer("card", "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n");
        answers.Answer("card_processes", "");
        answers.Answer("unpack", "");
        answers.Answer("model_folder", "/models/base\n/work\n/work/.finetune\n2048\n");
        host.On("-c", call => answers[call.Argument(1)]())
            .On("-Pk", _ => ScriptedRun.Done("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100000000 1 99999999 1% /"))
            .On("/proc/meminfo", _ => ScriptedRun.Done("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB"))
            .On("env", call => ScriptedRun.Done(call.Command.Arguments.Contains("--json") ? Torch : "it runs"))
            .On("reach", _ => ScriptedRun.Done(Reached))
            .On("inspect", call => Holds(call, Inspected))
            .On("tokenize", _ => ScriptedRun.Done("{\"samples\": 2, \"tokens\": 20, \"trained_tokens\": 8, \"max_tokens\": 12, \"over_cutoff\": 1}"))
            .On("train", call => Answers(call, "I am a village."))
            .On("version", call => ScriptedRun.Done(call.Command.FileName.EndsWith("finetune-trainer", StringComparison.Ordinal) ? "finetune-trainer 0.1.0" : FakeEngines.ModelVersion));
        return answers;
    }
}
