using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Hosts.Engines;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class EnvironmentTestTests : IDisposable
{
    private static readonly HostReference Rented = new() { Kind = "ssh", Address = "root@there:22", WorkFolder = "/work" };
    private static readonly HostReference Here = new() { Kind = "local", Address = "here", WorkFolder = "/work" };

    private readonly EngineTree _tree = new();
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly PrepareOptions _options = new();
    private readonly ScriptedHost _host = new();
    private readonly Dictionary<string, Func<ScriptedRun>> _answers;

    public EnvironmentTestTests() => _answers = HealthyHost.Script(_host, _time.GetUtcNow());

    public void Dispose()
    {
        _folder.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public async Task A_good_host_passes_with_our_engines_installed()
    {
        var report = await TestAsync(Rented);

        Assert.Null(report.Failure);
        Assert.All(report.Checks, check => Assert.Equal(check.Name == "torch" ? Verdict.Note : Verdict.Fit, check.Verdict));
        Assert.Equal(
            ["cpu", "libc", "libstdcxx", "openssl", "tools", "write", "disk", "speed", "memory", "clock", "card", "card_processes", "engines", "trainer", "torch", "network"],
            report.Checks.Select(check => check.Name));
        Assert.StartsWith("/work/.finetune/engines/", report.EngineFolder);
        Assert.Equal("finetune-trainer 0.1.0", report.TrainerVersion);
        Assert.Equal($"{report.EngineFolder}/finetune-trainer/finetune-trainer", _host.Calls.Last(call => call.Verb == "version").Command.FileName);
    }

    [Fact]
    public async Task Its_report_is_for_people()
    {
        _answers.Answer("libc", "ldd (Ubuntu GLIBC 2.31-0ubuntu9.16) 2.31\n");

        var text = (await TestAsync(Rented)).ToText();

        Assert.Contains("fit       cpu            Linux x86_64\n", text);
        Assert.Contains("UNFIT     libc           glibc 2.31, 2.34 or newer needed\n                         Take another host, or another image for it", text);
        Assert.Contains("put off   engines        not asked, because the host failed before", text);
    }

    [Theory]
    [InlineData("cpu", "Linux aarch64\n", "Linux aarch64")]
    [InlineData("cpu", "", "uname gave no answer")]
    [InlineData("libc", "musl libc (x86_64)\n", "no glibc: musl libc (x86_64)")]
    [InlineData("libstdcxx", "/usr/lib64/libstdc++.so.6\nGLIBCXX_3.4.29\n", "/usr/lib64/libstdc++.so.6 has GLIBCXX_3.4.29, GLIBCXX_3.4.30 needed")]
    [InlineData("libstdcxx", "", "there is no libstdc++.so.6")]
    [InlineData("openssl", "", "there is no libssl.so.3 and no libssl.so.1.1")]
    [InlineData("tools", "gzip\nsha256sum\n", "missing: gzip, sha256sum")]
    [InlineData("memory", "268435456\n200000000\n0\n", "65 MiB available to this container, 512 MiB needed")]
    public async Task A_host_that_cannot_do_it_is_left_for_another(string name, string answer, string found)
    {
        _answers.Answer(name, answer);

        var report = await TestAsync(Rented);

        Assert.Equal((name, Verdict.Unfit, found), Failed(report));
        Assert.Equal(("host_unfit_" + name, FailureKind.HostLost), (report.Failure!.Code, report.Failure.Kind));
        Assert.Equal(report.ToText(), report.Failure.Evidence);
    }

    [Fact]
    public async Task Nothing_is_sent_to_a_host_that_failed()
    {
        _answers.Answer("openssl", "");

        var report = await TestAsync(Rented);

        Assert.Null(report.EngineFolder);
        Assert.Empty(_host.Files);
        Assert.DoesNotContain(_host.Calls, call => call.Verb is "env" or "version");
    }

    [Fact]
    public async Task A_disk_must_have_room_for_the_engines_too()
    {
        _options.MinimumFreeDiskBytes = 99999999L << 10;

        Assert.Equal("disk", Failed(await TestAsync(Rented)).Name);
        Assert.Null((await TestAsync(Here)).Failure);
    }

    [Fact]
    public async Task A_disk_that_writes_slowly_is_unfit()
    {
        _answers["speed"] = () =>
        {
            _time.Advance(TimeSpan.FromSeconds(32));
            return ScriptedRun.Done();
        };

        Assert.Equal(("speed", Verdict.Unfit, "writes at least 4 MiB/s, 10 MiB/s needed"), Failed(await TestAsync(Rented)));
    }

    [Theory]
    [InlineData(86400, "1.00:00:00 ahead, 00:10:00 allowed")]
    [InlineData(-3600, "01:00:00 behind, 00:10:00 allowed")]
    public async Task A_clock_that_is_far_off_is_told(int seconds, string found)
    {
        _answers.Answer("clock", $"{_time.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds()}\n");

        Assert.Equal(("clock", Verdict.Unfit, found), Failed(await TestAsync(Rented)));
    }

    [Theory]
    [InlineData("", 127)]
    [InlineData("No devices were found\n", 6)]
    [InlineData("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9)]
    public async Task Without_a_card_its_checks_are_put_off(string answer, int exitCode)
    {
        _answers.Answer("card", answer, exitCode);
        _answers.Answer("card_processes", answer, exitCode);

        var report = await TestAsync(Rented);

        Assert.Null(report.Failure);
        Assert.Equal(["card", "card_processes"], report.Checks.Where(check => check.Verdict == Verdict.PutOff).Select(check => check.Name));
    }

    [Theory]
    [InlineData("RTX 4090", "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n", 0, false)]
    [InlineData("2x rtx-4090", "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n", 0, false)]
    [InlineData("A100 80GB", "NVIDIA A100-SXM4-80GB, 81920, 81000, 550.90.07\n", 0, false)]
    [InlineData("RTX 4090", "NVIDIA GeForce RTX 3090, 24564, 24080, 550.90.07\n", 0, true)]
    [InlineData("RTX 4090", "No devices were found\n", 6, true)]
    [InlineData("RTX 4090", "", 127, true)]
    public async Task A_card_that_is_another_than_its_owner_said_is_told(string said, string answer, int exitCode, bool told)
    {
        _answers.Answer("card", answer, exitCode);

        var report = await TestAsync(Rented with { Gpu = said });

        Assert.True(report.Passed);
        Assert.Equal(told, report.ToText().Contains($"its owner said {said}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Others_on_a_card_that_our_trainer_does_not_use_are_told_and_no_more()
    {
        _answers.Answer("card_processes", "4711, python, 20480\n");

        var report = await TestAsync(Rented);

        Assert.Null(report.Failure);
        Assert.Contains("others compute on the card: 4711 python (20480 MiB) (our trainer does not)", report.ToText());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Others_on_a_card_that_the_trainer_uses_make_it_unfit(bool usesCard, bool passed)
    {
        _answers.Answer("card_processes", "4711, python, 20480\n");

        Assert.Equal(passed, (await CardChecks.ProcessesAsync(new HostUnderTest(_host, "/work", "/work", 1, null, HostTrainers.WhichUsesCards(usesCard)), default)).Passed);
    }

    [Theory]
    [InlineData(null, "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n", true, "")]
    [InlineData(24563, "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n", true, "")]
    [InlineData(24564, "NVIDIA GeForce RTX 4090, 24564, 24080, 550.90.07\n", false, "its card has 24.0 GiB, and training ran out of memory on 24.0 GiB")]
    [InlineData(24564, "NVIDIA A100, 81920, 81000, 550\nNVIDIA L4, 23034, 23000, 550\n", false, "its card has 22.5 GiB")]
    [InlineData(24564, "No devices were found\n", false, "no card now (No devices were found), and training")]
    public async Task A_job_that_ran_out_of_memory_needs_larger_cards(int? mebibytes, string answer, bool passed, string found)
    {
        _answers.Answer("card", answer);
        var job = new JobUnderTest { Spec = new JobSpec { Model = "m", Dataset = "d" }, RunsFolder = "/work/runs", MoreCardBytesThan = (long?)mebibytes << 20 };

        var finding = await CardChecks.CardAsync(new HostUnderTest(_host, "/work", "/work", 1, null, HostTrainers.WhichUsesCards(true), job), default);

        Assert.Equal(passed, finding.Passed);
        Assert.Contains(found, finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_is_paid_for_and_not_used_is_worth_a_word()
    {
        var text = (await TestAsync(Rented)).ToText();

        Assert.Contains(
            "note      torch          libtorch 2.10.0 on cpu (EPYC), bfloat16 slow, 512 x 512 product in 3.25 ms; NVIDIA GeForce RTX 4090 is not used\n"
            + "                         This trainer computes on the processor: a host without a card does the same for less.",
            text);
    }

    [Fact]
    public async Task A_host_that_calculates_wrongly_is_unfit()
    {
        _host.On("env", call => ScriptedRun.Done(call.Command.Arguments.Contains("--json") ? HealthyHost.Torch.Replace("_correct\": true", "_correct\": false") : "it runs"));

        var failed = Failed(await TestAsync(Rented));

        Assert.Equal(("torch", Verdict.Unfit), (failed.Name, failed.Verdict));
        Assert.Contains("which came out wrong", failed.Found);
    }

    [Fact]
    public async Task A_hub_out_of_reach_makes_no_host_unfit()
    {
        _host.On("reach", _ => ScriptedRun.Done("""{"addresses": [{"url": "https://huggingface.co", "reached": false, "milliseconds": 5000, "error": "no answer within 5 s"}]}"""));

        var report = await TestAsync(Rented);

        Assert.Null(report.Failure);
        Assert.Contains("note      network        huggingface.co not reached (no answer within 5 s); our store needs none, its files come by SSH\n                         Nothing needs it today", report.ToText());
    }

    [Fact]
    public async Task A_host_that_cannot_even_be_asked_for_its_network_is_not_unfit()
    {
        _host.On("reach", _ => throw new TimeoutException("it hangs"));
        var hanging = await TestAsync(Rented);
        _host.On("reach", _ => ScriptedRun.Failed(137));
        var killed = await TestAsync(Rented);
        _options.NetworkAddresses = "";
        var off = await TestAsync(Rented);

        Assert.Equal((true, true, true), (hanging.Passed, killed.Passed, off.Passed));
        Assert.Equal(
            [Verdict.Note, Verdict.PutOff, Verdict.PutOff],
            new[] { hanging, killed, off }.Select(report => report.Checks.Single(check => check.Name == "network").Verdict));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_in_time_is_unfit()
    {
        _answers["tools"] = () => throw new TimeoutException("sh ran longer than 00:00:30 and was ended.");

        Assert.Equal(("tools", Verdict.Unfit, "no answer within 00:00:30: it is too slow, or overloaded"), Failed(await TestAsync(Rented)));
    }

    [Fact]
    public async Task What_the_host_said_when_the_engines_were_installed_is_in_the_report()
    {
        _answers["unpack"] = () => ScriptedRun.Failed(2, "gzip: invalid magic\ntar: Child returned status 1");

        var report = await TestAsync(Rented);

        Assert.Equal(("engines", Verdict.Unfit), (Failed(report).Name, Failed(report).Verdict));
        Assert.Contains("| gzip: invalid magic\n", report.ToText());
    }

    [Fact]
    public async Task A_host_that_talks_without_end_is_cut_short()
    {
        _answers.Answer("cpu", new string('x', 1 << 20));
        _answers["unpack"] = () => ScriptedRun.Failed(1, string.Join('\n', Enumerable.Repeat(new string('y', 10_000), 100)));

        Assert.InRange((await TestAsync(Rented)).ToText().Length, 1, 5_000);
        _answers.Answer("cpu", "Linux x86_64\n");
        Assert.InRange((await TestAsync(Rented)).ToText().Length, 5_000, 15_000);
    }

    [Fact]
    public async Task A_host_out_of_reach_is_no_verdict()
    {
        _answers["clock"] = () => throw new HostUnreachableException("no route");

        await Assert.ThrowsAsync<HostUnreachableException>(() => TestAsync(Rented));
    }

    [Fact]
    public async Task This_computer_is_asked_what_concerns_it_and_has_its_own_engines()
    {
        var report = await TestAsync(Here);

        Assert.Equal(["write", "disk", "memory", "trainer"], report.Checks.Select(check => check.Name));
        Assert.Null(report.EngineFolder);
        Assert.Equal("finetune-trainer 0.1.0", report.TrainerVersion);
        Assert.Empty(_tree.Commands);
    }

    [Fact]
    public async Task What_fails_on_this_computer_only_the_person_can_change()
    {
        _options.MinimumMemoryBytes = 1L << 40;

        var failure = (await TestAsync(Here)).Failure!;

        Assert.Equal(("host_memory", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Equal("The host did not pass the test 'memory': 7812 MiB available, 1048576 MiB needed. End other programs there, or take a host with more memory.", failure.Message);
    }

    [Fact]
    public async Task A_trainer_that_was_killed_before_it_spoke_is_asked_again()
    {
        _host.On("version", _ => ScriptedRun.Failed(137));

        Assert.Equal(FailureKind.Transient, StageFailures.Of(Stage.Prepare, await Assert.ThrowsAnyAsync<Exception>(() => TestAsync(Here))).Kind);
    }

    [Fact]
    public async Task An_unknown_trainer_is_refused_before_anything_is_asked()
    {
        var exception = await Assert.ThrowsAsync<StageException>(() => Test().RunAsync(Rented, "nobody", 1, default));

        Assert.Equal("trainer_unknown", exception.Failure.Code);
        Assert.Empty(_host.Calls);
    }

    [Fact]
    public async Task The_report_can_be_stored()
    {
        var json = JsonSerializer.SerializeToElement(await TestAsync(Rented), ContractJson.Options);

        Assert.True(json.GetProperty("passed").GetBoolean());
        Assert.Equal("fit", json.GetProperty("checks")[0].GetProperty("verdict").GetString());
    }

    private static (string Name, Verdict Verdict, string Found) Failed(EnvironmentReport report)
    {
        var failed = report.Checks.First(EnvironmentReport.IsFailed);
        return (failed.Name, failed.Verdict, failed.Found);
    }

    private Task<EnvironmentReport> TestAsync(HostReference reference) => Test().RunAsync(reference, "builtin", modelBytes: 1 << 20, default);

    private EnvironmentTest Test()
    {
        var engines = FakeEngines.In(_folder);
        var installer = new EngineInstaller(_tree.Store, engines, NullLogger<EngineInstaller>.Instance);
        var checks = new EnvironmentChecks(engines, new TrainerLocator(engines), installer, new EngineRuns(engines, new HostRuns(_time)), _tree.Store, Options.Create(_options), _time);
        return new EnvironmentTest(_host, _tree.Packages(_time), checks, HostTrainers.All(engines, _options), _time);
    }
}
