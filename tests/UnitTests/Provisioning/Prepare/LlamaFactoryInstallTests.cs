using System.ComponentModel.DataAnnotations;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Hosts;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Provisioning.Prepare.Trainers;
using FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class LlamaFactoryInstallTests : IDisposable
{
    private const string Nothing = "/usr/local/bin:/usr/bin\n\n";
    private const string Began = "finetune: an environment of /usr/bin/python3 3.11.2\n";

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedHost _host = new();
    private readonly LlamaFactoryOptions _options = new() { Install = LlamaFactoryOptions.Pip };
    private string _own = Nothing;
    private ScriptedRun _end = ScriptedRun.Done();
    private bool _starts = true;

    public LlamaFactoryInstallTests() => _host
        .On("-c", Shell)
        .On("version", call => _starts || !call.Command.FileName.StartsWith("/data", StringComparison.Ordinal)
            ? ScriptedRun.Done("| Welcome to LLaMA Factory, version 0.9.5 |") : new ScriptedRun(RunState.Exited, 1, "", "ImportError: no\n"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_host_that_lacks_it_gets_it_and_the_next_job_finds_it()
    {
        var first = Test("prepare-1");
        var installed = await Trainer.InstallAsync(first, default);
        var found = await Trainer.FindAsync(first, default);
        var again = await Trainer.InstallAsync(Test("prepare-2"), default);

        Assert.True(installed.Passed, installed.Found);
        Assert.StartsWith("LLaMA-Factory 0.9.5 was installed in /data/.finetune/llamafactory/", installed.Found);
        Assert.EndsWith(": Python 3.11.2 of /usr/bin/python3", installed.Found);
        Assert.EndsWith("/env/bin/llamafactory-cli)", found.Found);
        Assert.StartsWith("LLaMA-Factory 0.9.5 was installed before", again.Found);
        Assert.Single(Installations);
        var run = Installations.Single();
        Assert.Equal("/work/ftjob-1/prepare-1/install", run.RunFolder);
        Assert.Equal(TimeSpan.FromMinutes(20), run.Command.TimeLimit);
        Assert.Equal("/usr/local/bin:/usr/bin", run.Command.Environment["PATH"]);
        Assert.Equal("llamafactory==0.9.5\nnltk\njieba\nrouge-chinese", run.Argument(4));
        Assert.Equal("", run.Argument(7));
    }

    [Fact]
    public async Task What_the_host_has_is_used()
    {
        _own = "/usr/bin\n\n/root/miniconda3/bin/llamafactory-cli\n";
        var test = Test();

        var finding = await Trainer.InstallAsync(test, default);

        Assert.Equal((true, "not needed: the host has its own"), (finding.Passed, finding.Found));
        Assert.Equal("/root/miniconda3/bin/llamafactory-cli", test.Program!.FileName);
        Assert.Empty(Installations);
    }

    [Fact]
    public async Task One_that_does_not_start_any_more_is_made_anew()
    {
        await Trainer.InstallAsync(Test("prepare-1"), default);
        _starts = false;

        var finding = await Trainer.InstallAsync(Test("prepare-2"), default);

        Assert.Equal(2, Installations.Count());
        Assert.False(finding.Passed);
        Assert.Contains("ImportError: no", finding.Found);
    }

    [Fact]
    public async Task Wheels_are_brought_there_and_the_same_ones_give_the_same_environment()
    {
        _options.Install = LlamaFactoryOptions.Offline;
        _options.OfflineFolder = _folder.At("wheels");
        _folder.Write("wheels/llamafactory-0.9.5-py3-none-any.whl", "one");
        _folder.Write("wheels/notes.txt", "not sent");

        await Trainer.InstallAsync(Test("prepare-1"), default);
        _folder.Write("wheels/llamafactory-0.9.5-py3-none-any.whl", "other");
        await Trainer.InstallAsync(Test("prepare-2"), default);

        var folders = Installations.Select(call => call.Argument(3)).ToList();
        Assert.Equal(2, folders.Distinct().Count());
        Assert.Equal([$"/data/.finetune/llamafactory/{folders[0]}/wheels", $"/data/.finetune/llamafactory/{folders[1]}/wheels"], Installations.Select(call => call.Argument(7)));
        Assert.Equal("other", _host.Text($"/data/.finetune/llamafactory/{folders[1]}/wheels/llamafactory-0.9.5-py3-none-any.whl"));
        Assert.DoesNotContain(_host.Files.Keys, file => file.EndsWith("notes.txt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("empty", "holds no wheels")]
    [InlineData("nowhere", "cannot be read")]
    public async Task A_folder_without_wheels_is_its_owners_fault(string folder, string words)
    {
        Directory.CreateDirectory(_folder.At("empty"));
        (_options.Install, _options.OfflineFolder) = (LlamaFactoryOptions.Offline, _folder.At(folder));

        var finding = await Trainer.InstallAsync(Test(), default);

        Assert.Equal((false, true), (finding.Passed, finding.IsUsersFault));
        Assert.Contains(words, finding.Found);
    }

    [Fact]
    public async Task The_mirror_goes_by_the_environment_for_its_address_may_hold_a_password()
    {
        _options.IndexUrl = "https://me:secret@mirror.example.com/simple";

        await Trainer.InstallAsync(Test(), default);

        Assert.Equal(_options.IndexUrl, Installations.Single().Command.Environment["PIP_INDEX_URL"]);
        Assert.DoesNotContain(Installations.Single().Command.Arguments, argument => argument.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(67, "finetune: /usr/bin/python3 3.8.10\n", "there is no Python 3.11, 3.12 or 3.13, and none of a conda, on which LLaMA-Factory runs (/usr/bin/python3 3.8.10)")]
    [InlineData(67, "finetune: \n", "(no Python at all)")]
    [InlineData(68, "finetune: /usr/bin/python3\n", "apt-get install python3-venv")]
    [InlineData(69, Began + "WARNING: Retrying after connection broken by 'NewConnectionError(': Temporary failure in name resolution')'\nERROR: No matching distribution found for llamafactory==0.9.5\n", "does not reach the package index of its pip")]
    [InlineData(69, Began + "ERROR: No matching distribution found for llamafactory==0.9.5\n", "the package index has no llamafactory==0.9.5 for Python 3.11.2")]
    [InlineData(69, Began + "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n", "the disk is full")]
    [InlineData(69, Began + "ERROR: Cannot install llamafactory because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit\n", "do not go together")]
    [InlineData(69, Began + "ERROR: Failed building wheel for jieba\nhint: see above\n", "pip ended with an error: Failed building wheel for jieba")]
    [InlineData(70, Began + "ImportError: libcudart.so.12\n", "was installed and does not start: ImportError: libcudart.so.12")]
    [InlineData(143, Began + "\nfinetune-supervise: ended at the time limit\n", "was not installed within 00:20:00 (Prepare:TrainerInstallTimeLimit)")]
    [InlineData(1, "mkdir: cannot create directory '/data/.finetune': Read-only file system\n", "Read-only file system")]
    public async Task A_failure_is_a_sentence_that_says_what_to_change_and_what_was_said(int exitCode, string said, string words)
    {
        _end = new ScriptedRun(RunState.Exited, exitCode, "", said);

        var finding = await Trainer.InstallAsync(Test(), default);

        Assert.Equal((false, false), (finding.Passed, finding.IsUsersFault));
        Assert.Contains(words, finding.Found);
        Assert.Contains(said.Trim().Split('\n')[^1], finding.Log);
    }

    private const string NotFound = "ERROR: Could not find a version that satisfies the requirement torch==2.8.0 (from versions: none)\nERROR: No matching distribution found for torch==2.8.0\n";

    private const string PinNotFound = """
        ERROR: Cannot install llamafactory==0.9.5 because these package versions have conflicting dependencies.

        The conflict is caused by:
            llamafactory 0.9.5 depends on torch>=2.4.0
            The user requested (constraint) torch==2.8.0

        ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts

        """;

    [Theory]
    [InlineData(NotFound, "torch-2.8.0-cp312-cp312-manylinux_2_28_x86_64.whl", false, "the wheels do not match: torch==2.8.0 is wanted for Python 3.11.2, and")]
    [InlineData(NotFound, "other-1.0-py3-none-any.whl", true, "has no wheel of torch==2.8.0")]
    [InlineData(PinNotFound, "torch-2.8.0-cp312-cp312-manylinux_2_28_x86_64.whl", false, "the wheels do not match: torch==2.8.0 is wanted for Python 3.11.2, and")]
    [InlineData(PinNotFound, "other-1.0-py3-none-any.whl", true, "has no wheel of torch==2.8.0")]
    public async Task Wheels_that_do_not_match_are_told_from_those_that_are_missing(string said, string wheel, bool isUsers, string words)
    {
        _folder.Write("wheels/" + wheel, "bytes");
        (_options.Install, _options.OfflineFolder) = (LlamaFactoryOptions.Offline, _folder.At("wheels"));
        _end = new ScriptedRun(RunState.Exited, 69, "", Began + said);

        var finding = await Trainer.InstallAsync(Test(), default);

        Assert.Equal((false, isUsers), (finding.Passed, finding.IsUsersFault));
        Assert.Contains(words, finding.Found);
    }

    [Theory]
    [InlineData("none", "", false, 0)]
    [InlineData("pip", "", true, 0)]
    [InlineData("pip", "/opt/llamafactory-cli", false, 0)]
    [InlineData("offline", "", true, 1)]
    [InlineData("sometimes", "", true, 1)]
    public void It_is_installed_where_the_settings_say_so(string install, string command, bool installs, int faults)
    {
        (_options.Install, _options.Command) = (install, command);

        Assert.Equal(installs, Trainer.Installs);
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(_options, new ValidationContext(_options), results, validateAllProperties: true);
        Assert.Equal(faults, results.Count);
    }

    [Fact]
    public void Pins_are_of_one_version_of_it()
    {
        Assert.Contains("transformers==", LlamaFactoryPins.Constraints(LlamaFactoryPins.Version));
        Assert.Equal("", LlamaFactoryPins.Constraints("0.9.4"));
        Assert.Equal("torch==2.8.0\ntorchvision==0.23.0\ntorchaudio==2.8.0", LlamaFactoryPins.TorchConstraints(LlamaFactoryPins.Torch));
        Assert.Equal("torch==2.6.0+cu124", LlamaFactoryPins.TorchConstraints("2.6.0+cu124"));
    }

    private IHostTrainer Trainer => HostTrainers.All(FakeEngines.In(_folder), new PrepareOptions(), _options)[1];

    private IEnumerable<ScriptedCall> Installations => _host.Calls.Where(call => call.RunFolder is not null);

    /// <summary>The script that looks for it, or the one that installs it.</summary>
    private ScriptedRun Shell(ScriptedCall call)
    {
        if (call.RunFolder is null)
        {
            return ScriptedRun.Done(call.Argument(3) is { Length: > 0 } said ? $"/usr/bin\n\n{said}\n" : _own);
        }

        if (_end.ExitCode == 0)
        {
            call.Write($"{call.Argument(2)}/{call.Argument(3)}/installed", "Python 3.11.2 of /usr/bin/python3\n");
        }

        return _end;
    }

    private HostUnderTest Test(string attempt = "prepare-1") => new(
        _host, "/work", "/data", 1, null, Trainer,
        new JobUnderTest { Spec = new JobSpec { Name = "job", Model = "m", Dataset = "d" }, RunsFolder = "/work/ftjob-1/" + attempt });
}
