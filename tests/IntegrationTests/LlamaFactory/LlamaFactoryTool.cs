using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>
/// The <c>llamafactory-cli</c> under test: the one that <c>FINETUNE_TEST_LLAMAFACTORY</c> names (absolute path on this computer, which the test hosts are), else
/// our own trainer under that name, which has the same verbs, keys, files and exit codes. The tests ask the same of both.
/// </summary>
internal static class LlamaFactoryTool
{
    private static string? Given => Environment.GetEnvironmentVariable("FINETUNE_TEST_LLAMAFACTORY") is { Length: > 0 } path ? path : null;

    /// <summary>It is our own trainer, which takes stage sft and methods lora and full alone, and refuses the rest.</summary>
    public static bool IsOurOwn => Given is null;

    /// <summary>Words that its <c>version</c> prints.</summary>
    public static string VersionWords => Given is null ? "finetune-trainer" : "LLaMA Factory";

    /// <returns>Its path.</returns>
    public static string In(string folder) => Given ?? Write(folder, $"exec '{EnginePath.Of("finetune-trainer")}' \"$@\"");

    /// <summary>Our own trainer, which says that it computes on so many cards.</summary>
    /// <param name="beforeTraining">Lines for sh that run before a training, with its file as <c>$2</c>.</param>
    /// <returns>Its path.</returns>
    public static string OnCards(string folder, int cards, string beforeTraining = ":") => Write(
        folder,
        $"""
        if [ "$1" = env ]; then printf '\n- PyTorch version: 2.10.0 (GPU)\n- GPU type: NVIDIA GeForce RTX 4090\n- GPU number: {cards}\n'; exit 0; fi
        if [ "$1" = train ] && grep -q '^do_train: true' "$2"; then
        {beforeTraining}
        fi
        exec '{EnginePath.Of("finetune-trainer")}' "$@"
        """);

    /// <summary>A driver's program that does what the script says.</summary>
    public static void WriteDriver(string folder, string script) => WriteProgram(Path.Combine(folder, "nvidia-smi"), script);

    /// <summary>One whose <c>train</c> fails as the real one was recorded to, when its configuration asks for <c>do_train</c>.</summary>
    /// <param name="standardError">File with what it wrote.</param>
    public static string ThatFails(string folder, string standardError, int exitCode) => Write(
        folder,
        $"""
        if [ "$1" = train ] && grep -q '^do_train: true' "$2"; then cat '{standardError}' >&2; exit {exitCode}; fi
        exec '{EnginePath.Of("finetune-trainer")}' "$@"
        """);

    /// <summary>Its trainings move into the control group whose file of members the file <paramref name="group"/> names.</summary>
    public static string ThatTrainsIn(string folder, string group) => Write(
        folder,
        $"""
        if [ "$1" = train ] && grep -q '^do_train: true' "$2"; then echo $$ >"$(cat '{group}')"; fi
        exec '{Given ?? EnginePath.Of("finetune-trainer")}' "$@"
        """);

    /// <summary>For a home whose hosts have it. One that is given may need more than our own: DISABLE_VERSION_CHECK does nothing to ours.</summary>
    public static Dictionary<string, string> Settings(string tool) => new()
    {
        ["LlamaFactory__Command"] = tool,
        ["LlamaFactory__Environment__DISABLE_VERSION_CHECK"] = "1",
        ["LlamaFactory__Environment__OMP_NUM_THREADS"] = "1",
    };

    private static string Write(string folder, string script)
    {
        var path = Path.Combine(folder, "llamafactory-cli");
        WriteProgram(path, $"export OMP_NUM_THREADS=1\n{script}");
        return path;
    }

    private static void WriteProgram(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
