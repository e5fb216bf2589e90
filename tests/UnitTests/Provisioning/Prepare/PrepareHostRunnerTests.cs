using System.Text.Json;
using FineTunePipeline.Contracts.Artifacts;
using FineTunePipeline.Contracts.Fetch;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Contracts.Provision;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Hosts.Engines.Installing;
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
        Assert.True((await database.Leases.SingleAsync()).IsUnfit);
    }

    private async Task<HostPrepared> PrepareAsync(string kind)
    {
        var engines = FakeEngines.In(_folder);
        var installer = new EngineInstaller(_tree.Store, engines, NullLogger<EngineInstaller>.Instance);
        var checks = new EnvironmentChecks(engines, installer, Options.Create(new PrepareOptions()), _time);
        var runner = new PrepareHostRunner(_host, new EnvironmentTest(_host, _tree.Packages(_time), checks, _time), new ModelCache(Options.Create(new PrepareOptions())), new LeaseTable(_database, _database.Writes), _tree.Store, _time);
        var command = new PrepareHost
        {
            JobId = "ftjob-00000000000000000000000000000001",
            Attempt = 1,
            LeaseId = "lease",
            Host = new HostReference { Kind = kind, Address = "there", WorkFolder = "/work" },
            Provider = new ProviderSpec(),
            Inputs = new JobInputs { Model = await PutAsync("model", "model.safetensors", "weights"), Dataset = await PutAsync("dataset", "data.json", "[]"), DatasetNames = "data" },
        };
        var claim = new RecordedClaim(command.JobId);
        _database.Claim(claim, Stage.Prepare);
        return Assert.IsType<HostPrepared>(await runner.RunAsync(command, claim, default));
    }

    private async Task<ArtifactReference> PutAsync(string kind, string path, string text)
    {
        var stored = await _tree.Store.PutAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), default);
        return await _tree.Store.PutManifestAsync(new Manifest { Kind = kind, Files = [new ManifestFile(path, stored.Bytes, stored.Sha256)] }, default);
    }
}
