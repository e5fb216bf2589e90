using FineTunePipeline.Hosts;
using FineTunePipeline.TestKit.Hosts;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

/// <summary>A host that answers every check well; tests change single answers.</summary>
internal static class HealthyHost
{
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
        host.On("-c", call => answers[call.Argument(1)]())
            .On("-Pk", _ => ScriptedRun.Done("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 100000000 1 99999999 1% /"))
            .On("/proc/meminfo", _ => ScriptedRun.Done("MemTotal: 16000000 kB\nMemAvailable: 8000000 kB"))
            .On("env", _ => ScriptedRun.Done("it runs"))
            .On("version", call => ScriptedRun.Done(call.Command.FileName.EndsWith("finetune-trainer", StringComparison.Ordinal) ? "finetune-trainer 0.1.0" : FakeEngines.ModelVersion));
        return answers;
    }
}
