using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Engines.Installing;
using FineTunePipeline.Hosts.Runs;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Provisioning.Data;
using FineTunePipeline.Provisioning.Prepare;
using FineTunePipeline.Provisioning.Prepare.Checks;
using FineTunePipeline.Storage;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Stages;
using FineTunePipeline.TestKit.Storage;
using FineTunePipeline.UnitTests.Hosts.Engines;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FineTunePipeline.UnitTests.Provisioning.Prepare;

public sealed class PrepareHostRunnerTests : IDisposable
{
    private readonly EngineTree _tree = new();
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TestDatabase<ProvisioningDbContext> _database = new(options => new ProvisioningDbContext(options));
    private readonly ScriptedHost _host = new();
    private readonly PrepareOptions _options = new();

    /// <summary>On a host, a run of an attempt is never started again; another host would know of none.</summary>
    private int _attempt = 1;
    private readonly Dictionary<string, Func<ScriptedRun>> _answers;

    public PrepareHostRunnerTests() => _answers = HealthyHost.Script(_host, _time.GetUtcNow());

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public async Task A_rented_host_gets_engines_model_and_data_and_says_where_they_are()
    {
        var prepared = await PrepareAsync("ssh");

        Assert.StartsWith("/work/.finetune/engines/", prepared.Prepared.EngineFolder);
        Assert.Equal("finetune-trainer 0.1.0", prepared.Prepared.TrainerVersion);
        Assert.Equal("weights", _host.Text(prepared.Prepared.ModelFolder + "/model.safetensors"));
        Assert.Equal("[]", _host.Text(prepared.Prepared.DatasetFolder + "/data.json"));
    }

    [Fact]
    public async Task This_computer_has_the_engines_beside_the_service() => Assert.Null((await PrepareAsync("local")).Prepared.EngineFolder);

    [Fact]
    public async Task The_statement_holds_what_every_check_found()
    {
        var prepared = await PrepareAsync("ssh");

        var environment = JsonDocument.Parse(_tree.Store.Blobs[prepared.Statement.Sha256]).RootElement.GetProperty("environment");
        Assert.EndsWith(environment.GetProperty("engines").GetProperty("sha256").GetString()!, prepared.Prepared.EngineFolder);
        Assert.Contains(environment.GetProperty("checks").EnumerateArray(), check => check.GetProperty("name").GetString() == "libc" && check.GetProperty("found").GetString() == "glibc 2.36, 2.34 or newer needed");
    }

    [Fact]
    public async Task An_unfit_host_is_told_as_lost_before_model_and_data_are_sent()
    {
        _answers.Answer("libc", "musl libc (x86_64)\n");
        await using (var before = _database.CreateDbContext())
        {
            before.Leases.Add(new LeaseRow
            {
                LeaseId = "lease",
                JobId = "ftjob-00000000000000000000000000000001",
                Attempt = 1,
                Fence = 1,
                Provider = "ssh",
                State = LeaseState.Active,
                HourlyPrice = 0,
                Currency = "CNY",
                RequestedAt = _time.GetUtcNow(),
            });
            await before.SaveChangesAsync();
        }

        var failure = StageFailures.Of(Stage.Prepare, await Assert.ThrowsAsync<StageException>(() => PrepareAsync("ssh")));

        Assert.Equal(("host_unfit_libc", FailureKind.HostLost), (failure.Code, failure.Kind));
        Assert.Contains("UNFIT     libc", failure.Evidence);
        Assert.Empty(_host.Files);
        await using var database = _database.CreateDbContext();
        var unfit = await database.Leases.SingleAsync();
        Assert.True(unfit.IsUnfit);
        Assert.StartsWith("libc: no glibc", unfit.UnfitBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_base_model_is_asked_before_a_step_is_trained_and_its_answer_is_told()
    {
        var prepared = await PrepareAsync("ssh");

        Assert.Equal("I am a village.", prepared.FirstAnswer);
        Assert.Null(prepared.HostModel);
        var yaml = _host.Text("/work/ftjob-00000000000000000000000000000001/prepare-1/prompt-data/prompt.yaml");
        Assert.Contains($"model_name_or_path: \"{prepared.Prepared.ModelFolder}\"", yaml);
        var statement = Statement(prepared);
        Assert.Equal("I am a village.", statement.GetProperty("first_answer").GetString());
        var check = statement.GetProperty("environment").GetProperty("checks").EnumerateArray().Last();
        Assert.Equal(("first_prompt", "fit"), (check.GetProperty("name").GetString(), check.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task A_base_model_of_no_numbers_ends_the_job_before_it_trains()
    {
        _host.On("train", call => HealthyHost.Answers(call, "!!!!", loss: "NaN"));

        var failure = await FailAsync("ssh");

        Assert.Equal(("host_first_prompt", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("Nothing was trained. Download the model again", failure.Message);
    }

    [Theory]
    [InlineData(139, "host_unfit_first_prompt", FailureKind.HostLost)]
    [InlineData(137, "engine_killed", FailureKind.Transient)]
    [InlineData(1, "host_first_prompt", FailureKind.BadInput)]
    public async Task How_the_first_question_ended_says_whose_fault_it_was(int exitCode, string code, FailureKind kind)
    {
        _host.On("train", _ => ScriptedRun.Failed(exitCode, "ValueError: no."));

        var failure = await FailAsync("ssh");

        Assert.Equal((code, kind), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task A_first_question_can_be_left_out()
    {
        _options.AskBaseModel = false;

        Assert.Null((await PrepareAsync("ssh")).FirstAnswer);
        Assert.DoesNotContain(_host.Calls, call => call.Verb == "train");
    }

    [Fact]
    public async Task A_model_that_the_host_has_is_hashed_there_and_left_alone()
    {
        var prepared = await PrepareAsync("ssh", model: "host:/models/base/");

        Assert.Equal("/models/base", prepared.Prepared.ModelFolder);
        Assert.Equal(["/models/base/config.json"], _host.Files.Keys.Where(path => path.StartsWith("/models", StringComparison.Ordinal)));
        Assert.Equal(["inspect", "/models/base", "--gguf"], _host.Calls.Single(call => call.Verb == "inspect").Command.Arguments);
        var manifest = await _tree.Store.LoadManifestAsync(prepared.HostModel!, default);
        Assert.Equal([("config.json", "host:/models/base"), ("model.safetensors", "host:/models/base")], manifest.Files.Select(file => (file.Path, file.Source)));
        Assert.Equal(HealthyHost.Config, System.Text.Encoding.UTF8.GetString(_tree.Store.Blobs[manifest.Files[0].Sha256]));
        Assert.Equal(("/models/base", prepared.HostModel!.Sha256), (Statement(prepared).GetProperty("host_folder").GetString(), Statement(prepared).GetProperty("model").GetProperty("sha256").GetString()));
        Assert.Contains(_host.Calls, call => call.Verb == "tokenize" && call.Command.Arguments.Contains("/models/base"));
    }

    [Fact]
    public async Task A_later_host_must_have_the_files_of_the_first()
    {
        var first = (await PrepareAsync("ssh", model: "host:/models/base")).HostModel!;

        _attempt = 2;
        Assert.Equal(first, (await PrepareAsync("ssh", model: "host:/models/base", known: first)).HostModel);
        _attempt = 3;
        _host.On("inspect", _ => ScriptedRun.Done(HealthyHost.Inspected.Replace(new string('a', 64), new string('b', 64))));
        var failure = await FailAsync("ssh", model: "host:/models/base", known: first);

        Assert.Equal(("host_unfit_model", FailureKind.HostLost), (failure.Code, failure.Kind));
        Assert.Contains("/models/base holds other files than where the job was prepared first: model.safetensors has other bytes", failure.Message);
    }

    [Fact]
    public async Task A_host_without_the_folder_is_left_for_another_before_anything_is_sent()
    {
        _answers.Answer("model_folder", "", exitCode: 66);

        var failure = await FailAsync("ssh", model: "host:/models/base");

        Assert.Equal(("host_unfit_model_folder", FailureKind.HostLost), (failure.Code, failure.Kind));
        Assert.Contains("there is no folder /models/base on this host", failure.Message);
        Assert.DoesNotContain(_host.Calls, call => call.Verb is "env" or "inspect");
        Assert.Equal("host_model_folder", (await FailAsync("local", model: "host:/models/base")).Code);
    }

    [Theory]
    [InlineData("/work\n/work\n/work/.finetune\n1\n")]
    [InlineData("/work/lease/model\n/work/lease\n/work/.finetune\n1\n")]
    [InlineData("/work/.finetune/models/x\n/work/lease\n/work/.finetune\n1\n")]
    public async Task A_folder_of_ours_that_will_be_cleaned_is_no_place_for_a_model(string answer)
    {
        _answers.Answer("model_folder", answer);

        var failure = await FailAsync("ssh", model: "host:/models/base");

        Assert.Equal(("host_model_folder", FailureKind.BadInput), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task A_model_on_the_host_that_cannot_be_used_is_told_as_validation_tells_it()
    {
        _host.On("inspect", _ => ScriptedRun.Done("""{"total_bytes": 1, "faults": [{"code": "model_config", "message": "model: config.json is no JSON."}, {"code": "x", "message": "model: y."}]}"""));

        var failure = await FailAsync("ssh", model: "host:/models/base");

        Assert.Equal(("host_model", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("2 things must be changed: model: config.json is no JSON.", failure.Message);
        Assert.Contains("| model: y.", failure.Evidence);
    }

    [Fact]
    public async Task Data_that_the_model_on_the_host_cannot_read_ends_the_job()
    {
        _host.On("tokenize", _ => ScriptedRun.Failed(3, """{"error": {"code": "template", "message": "no chat template"}}"""));

        var failure = await FailAsync("ssh", model: "host:/models/base");

        Assert.Equal(("host_tokens", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("cannot be used on data.json: no chat template", failure.Message);
    }

    [Fact]
    public async Task A_model_that_is_still_being_written_is_tried_again()
    {
        _host.On("inspect", _ => ScriptedRun.Failed(3, """{"error": {"code": "model_changing", "message": "it changed"}}"""));

        var failure = await FailAsync("ssh", model: "host:/models/base");

        Assert.Equal(("model_changing", FailureKind.Transient), (failure.Code, failure.Kind));
    }

    [Fact]
    public async Task A_rented_host_is_left_word_of_what_it_holds_of_the_job()
    {
        _answers.Answer("model-cache", "");
        var keys = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"bf16": true, "enable_thinking": false}""")!;
        var command = await CommandAsync("ssh", "/m", null);
        command = command with { Host = command.Host with { SharedFolder = "/data" }, Spec = command.Spec with { Llamafactory = keys } };
        var claim = new RecordedClaim(command.JobId);
        _database.Claim(claim, Stage.Prepare);

        var prepared = Assert.IsType<HostPrepared>(await Runner().RunAsync(command, claim, default));

        var told = JsonSerializer.Deserialize<JobOnHost>(_host.Text($"/work/{command.JobId}/job.json"), ContractJson.Options)!;
        Assert.Equal(("builtin", prepared.Prepared.ModelFolder, 7L), (told.TrainerName, told.ModelFolder, told.ModelBytes));
        Assert.Equal($"{prepared.Prepared.EngineFolder}/finetune-trainer/finetune-trainer", told.Trainer.FileName);
        Assert.Contains("dataset_dir: \"@FOLDER@\"\n", told.Question);
        Assert.Contains("enable_thinking: false\n", told.Question);
        Assert.DoesNotContain("bf16", told.Question);
    }

    [Fact]
    public async Task Cancelling_ends_what_asks_the_model()
    {
        _host.On("train", _ => ScriptedRun.Running());
        using var cancelled = new CancellationTokenSource();
        _host.BeforeLook = _ => cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PrepareAsync("ssh", cancellationToken: cancelled.Token));
        _host.Write("/work/ftjob-00000000000000000000000000000001/prepare-1/prompt/command.sh", "");

        await Runner().CancelAsync(await CommandAsync("ssh", "/m", null), new RecordedClaim("ftjob-00000000000000000000000000000001"), default);

        Assert.Equal(["/work/ftjob-00000000000000000000000000000001/prepare-1/prompt"], _host.Stopped);
        Assert.Contains("/work/ftjob-00000000000000000000000000000001/prepare-1", _host.Deleted);
    }

    private JsonElement Statement(HostPrepared prepared) => JsonElement.Parse(_tree.Store.Blobs[prepared.Statement.Sha256]);

    private async Task<Failure> FailAsync(string kind, string model = "/m", ArtifactReference? known = null) =>
        StageFailures.Of(Stage.Prepare, await Assert.ThrowsAnyAsync<Exception>(() => PrepareAsync(kind, model, known)));

    private async Task<HostPrepared> PrepareAsync(string kind, string model = "/m", ArtifactReference? known = null, CancellationToken cancellationToken = default)
    {
        var command = await CommandAsync(kind, model, known);
        var claim = new RecordedClaim(command.JobId);
        _database.Claim(claim, Stage.Prepare);
        return Assert.IsType<HostPrepared>(await Runner().RunAsync(command, claim, cancellationToken));
    }

    private PrepareHostRunner Runner()
    {
        var engines = FakeEngines.In(_folder);
        var installer = new EngineInstaller(_tree.Store, engines, NullLogger<EngineInstaller>.Instance);
        var runs = new EngineRuns(engines, new HostRuns(_time));
        var checks = new EnvironmentChecks(engines, new TrainerLocator(engines), installer, runs, _tree.Store, Options.Create(_options), _time);
        return new PrepareHostRunner(_host, new EnvironmentTest(_host, _tree.Packages(_time), checks, HostTrainers.All(engines, _options), _time), new ModelCache(Options.Create(new PrepareOptions())), new TrainerLocator(engines), new LeaseTable(_database, _database.Writes), _tree.Store, _time);
    }

    private async Task<PrepareHost> CommandAsync(string kind, string model, ArtifactReference? known) =>
        new()
        {
            JobId = "ftjob-00000000000000000000000000000001",
            Attempt = _attempt,
            LeaseId = "lease",
            Host = new HostReference { Kind = kind, Address = "there", WorkFolder = "/work" },
            Spec = new JobSpec { Model = model, Dataset = "/d", Outputs = new OutputSpec { Gguf = ["q4_k_m"] } },
            Inputs = new JobInputs
            {
                Model = known ?? (HostModel.IsNamedBy(model) ? null : await PutAsync("model", "model.safetensors", "weights")),
                Dataset = await PutAsync("dataset", "data.json", "[]"),
                DatasetNames = "data",
            },
        };

    private async Task<ArtifactReference> PutAsync(string kind, string path, string text)
    {
        var stored = await _tree.Store.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), default);
        return await _tree.Store.PutManifestAsync(new Manifest { Kind = kind, Files = [new ManifestFile(path, stored.Bytes, stored.Sha256)] }, default);
    }
}
