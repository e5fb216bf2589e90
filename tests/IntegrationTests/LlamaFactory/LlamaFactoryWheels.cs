using System.IO.Compression;
using FineTunePipeline.TestKit;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>
/// A folder of small wheels in place of gigabytes: the names that LLaMA-Factory is installed with, of which its own starts our trainer, and a PyTorch that can just be
/// looked at. pip, venv and the environment that they make are the real ones.
/// </summary>
internal static class LlamaFactoryWheels
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Why nothing can be installed here; null if it can.</summary>
    public static string? Missing { get; } =
        !File.Exists(Python) || !Directory.EnumerateFiles("/usr/share/python-wheels", "pip-*.whl").Any() ? "`bash tests/run` installs Debian's package python3-venv, and it is not here" : null;

    /// <summary>While this file is there, LLaMA-Factory does not tell its version.</summary>
    public static string HoldFile(string folder) => Path.Combine(folder, "hold");

    /// <summary>Everything that goes into an environment.</summary>
    /// <param name="torchTag">For which Python and system the wheel of PyTorch says it is.</param>
    /// <returns>The folder.</returns>
    public static string WriteAll(string folder, string torchTag = "py3-none-any")
    {
        Write(folder, "llamafactory", "0.9.5", Requires("torch>=2.4.0", "rouge-chinese"), ("llamafactory/cli.py", Tool(folder)), entryPoint: "llamafactory-cli = llamafactory.cli:main");
        Write(folder, "torch", "2.8.0", "", ("torch/__init__.py", Torch), torchTag);
        foreach (var (name, version) in new[] { ("nltk", "3.9"), ("jieba", "0.42.1"), ("rouge_chinese", "1.0.3") })
        {
            Write(folder, name, version, "", ($"{name}/__init__.py", ""));
        }

        return folder;
    }

    /// <summary>A wheel is a ZIP file.</summary>
    public static void Write(string folder, string name, string version, string metadata, (string Path, string Text) module, string tag = "py3-none-any", string? entryPoint = null)
    {
        Directory.CreateDirectory(folder);
        var info = $"{name}-{version}.dist-info";
        var files = new List<(string Path, string Text)>
        {
            module,
            ($"{info}/METADATA", $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}"),
            ($"{info}/WHEEL", $"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n"),
        };
        if (entryPoint is not null)
        {
            files.Add(($"{info}/entry_points.txt", $"[console_scripts]\n{entryPoint}\n"));
        }

        files.Add(($"{info}/RECORD", string.Concat(files.Select(file => $"{file.Path},,\n")) + $"{info}/RECORD,,\n"));
        using var zip = ZipFile.Open(Path.Combine(folder, $"{name}-{version}-{tag}.whl"), ZipArchiveMode.Create);
        foreach (var (path, text) in files)
        {
            using var writer = new StreamWriter(zip.CreateEntry(path).Open());
            writer.Write(text);
        }
    }

    private static string Requires(params string[] packages) => string.Concat(packages.Select(package => $"Requires-Dist: {package}\n"));

    private static string Tool(string folder) => $"""
        import os, sys, time
        def main():
            while sys.argv[1:2] == ["version"] and os.path.exists("{HoldFile(folder)}"):
                time.sleep(0.1)
            os.environ["OMP_NUM_THREADS"] = "1"
            program = "{EnginePath.Of("finetune-trainer")}"
            os.execv(program, [program] + sys.argv[1:])
        """;

    private const string Torch = """
        import types
        __version__ = "2.8.0"
        float32, bfloat16 = "float32", "bfloat16"
        cuda = types.SimpleNamespace(is_available=lambda: False, device_count=lambda: 0)
        class device:
            def __init__(self, name): self.name = name
            def __str__(self): return self.name
        class Tensor:
            dtype = float32
            def same(self, *_): return self
            __mod__ = __mul__ = __matmul__ = reshape = to = cpu = same
        def arange(*_, **__): return Tensor()
        def eye(*_, **__): return Tensor()
        def equal(left, right): return True
        """;
}
