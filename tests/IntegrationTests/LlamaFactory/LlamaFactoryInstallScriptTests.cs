using System.Diagnostics;
using System.Runtime.Versioning;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.LlamaFactory;

/// <summary>The script that installs LLaMA-Factory, by the shell, the Python and the pip of this computer.</summary>
[SupportedOSPlatform("linux")]
public sealed class LlamaFactoryInstallScriptTests : IDisposable
{
    private const string Settings = "0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Installed => _folder.At("root", Settings);

    private string Wheels => _folder.At("wheels");

    [Fact]
    public async Task The_PyTorch_of_the_host_is_kept()
    {
        SkipWhereMissing();
        LlamaFactoryWheels.WriteAll(Wheels);
        LlamaFactoryWheels.Write(Wheels, "torch", "2.5.1+cu124", "", ("torch/__init__.py", "__version__ = '2.5.1+cu124'"));

        var end = await InstallAsync(Path("1 1 3.11.2 torch==2.5.1+cu124"));

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Contains("torch 2.5.1+cu124", await PackagesAsync(), StringComparison.Ordinal);
        Assert.Contains("include-system-site-packages = true", await File.ReadAllTextAsync(Installed + "/env/pyvenv.cfg"), StringComparison.Ordinal);
        Assert.Contains("torch==2.5.1+cu124", await File.ReadAllTextAsync(Installed + "/installed"), StringComparison.Ordinal);
        Assert.StartsWith("#!/bin/sh\nexec \"" + Installed + "/env/bin/python\"", await File.ReadAllTextAsync(Installed + "/env/bin/torchrun"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_one_waits_for_the_first_and_finds_its_work_done()
    {
        SkipWhereMissing();
        LlamaFactoryWheels.WriteAll(Wheels);
        var hold = LlamaFactoryWheels.HoldFile(Wheels);
        await File.WriteAllTextAsync(hold, "");
        var first = InstallAsync(Path());
        await UntilAsync(() => File.Exists(Installed + "/env/bin/llamafactory-cli"));
        using var second = Start(Path());
        var waits = await second.StandardError.ReadLineAsync();
        File.Delete(hold);

        Assert.Equal("finetune: another installation is at work on this host, and is waited for", waits);
        Assert.Equal("", await second.StandardError.ReadToEndAsync());
        await second.WaitForExitAsync();
        Assert.Equal((0, 0), ((await first).ExitCode, second.ExitCode));
    }

    [Fact]
    public async Task What_other_settings_installed_makes_room()
    {
        SkipWhereMissing();
        LlamaFactoryWheels.WriteAll(Wheels);
        var (other, strange) = (_folder.Write("root/fedcba9876543210/installed", ""), _folder.Write("root/notes/todo", ""));

        var end = await InstallAsync(Path());

        Assert.True(end.ExitCode == 0, end.Diagnostics);
        Assert.Equal((false, true), (File.Exists(other), File.Exists(strange)));
        Assert.False(Directory.Exists(Installed + "/cache"));
    }

    [Theory]
    [InlineData("0 1 3.8.10 ", LlamaFactoryInstallScript.NoPython, "3.8.10")]
    [InlineData("1 0 3.11.2 ", LlamaFactoryInstallScript.NoVenv, "python3")]
    public async Task A_Python_that_will_not_do_is_told(string says, int exitCode, string words)
    {
        var end = await InstallAsync(Path(says));

        Assert.Equal(exitCode, end.ExitCode);
        Assert.Contains("finetune: ", end.Diagnostics, StringComparison.Ordinal);
        Assert.Contains(words, end.Diagnostics, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.At("root")));
    }

    [Fact]
    public async Task A_host_without_Python_is_told()
    {
        var end = await InstallAsync(_folder.At("nothing"));

        Assert.Equal((LlamaFactoryInstallScript.NoPython, "finetune: \n"), (end.ExitCode, end.Diagnostics));
    }

    [Theory]
    [InlineData("train", "mine.yaml", true)]
    [InlineData("webui", "", false)]
    [InlineData("train", "/data/ftjob-1/train.yaml", false)]
    public async Task What_people_run_of_it_is_found_among_the_processes_of_a_host(string verb, string argument, bool isFound)
    {
        var tool = _folder.Write("bin/llamafactory-cli", "sleep 60; exit\n");
        using var process = ModelEngine.Start("/bin/sh", [tool, verb, argument]);
        try
        {
            var found = await ModelEngine.RunAsync("/bin/sh", ["-c", LlamaFactoryScripts.Others, "others", "/work"]);

            Assert.Equal(isFound, found.Output.Contains($"/bin/sh {tool} {verb} {argument}", StringComparison.Ordinal));
            Assert.DoesNotContain("look()", found.Output, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static void SkipWhereMissing() => Assert.SkipWhen(LlamaFactoryWheels.Missing is not null, "Python's venv: " + LlamaFactoryWheels.Missing);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(50))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), "It did not happen.");
        }
    }

    private async Task<string> PackagesAsync() => (await ModelEngine.RunAsync(Installed + "/env/bin/python", ["-m", "pip", "list", "--format=freeze"])).Output.Replace("==", " ", StringComparison.Ordinal);

    /// <summary>A PATH whose one Python says this of itself, and is the system's in all else; null: it says what is so.</summary>
    private string Path(string? says = null)
    {
        var python = _folder.Write("bin/python3", $"""
            #!/bin/sh
            case "{(says is null ? "" : "$*")}" in *ensurepip*) echo '{says}'; exit ;; esac
            exec /usr/bin/python3 "$@"
            """ + "\n");
        File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _folder.At("bin");
    }

    private async Task<EngineResult> InstallAsync(string path)
    {
        using var process = Start(path);
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new EngineResult(process.ExitCode, "", said);
    }

    /// <summary>With no Python but the one of this PATH, and nothing of a home.</summary>
    private Process Start(string path)
    {
        Directory.CreateDirectory(path);
        foreach (var tool in (string[])["mkdir", "rm", "mv", "sync", "chmod", "cat"])
        {
            var link = System.IO.Path.Combine(path, tool);
            if (!File.Exists(link))
            {
                File.CreateSymbolicLink(link, "/usr/bin/" + tool);
            }
        }

        string[] arguments =
        [
            "-i", "PATH=" + path, "HOME=" + _folder.At("home"), "/bin/sh", "-c", LlamaFactoryInstallScript.Text, "install", _folder.At("root"), Settings,
            LlamaFactoryPins.Requirements("0.9.5"), LlamaFactoryPins.Constraints("0.9.5"), LlamaFactoryPins.TorchConstraints("2.8.0"), Wheels,
        ];
        return ModelEngine.Start("/usr/bin/env", arguments);
    }
}
