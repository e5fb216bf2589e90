using System.Net;
using FineTunePipeline.Contracts.Convert;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Stages;
using FineTunePipeline.Deployment;
using FineTunePipeline.Deployment.Data;
using FineTunePipeline.Deployment.Serving;
using FineTunePipeline.Deployment.Targets.Embedded;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Local;
using FineTunePipeline.Messaging.Stages;
using FineTunePipeline.Storage.Folder;
using FineTunePipeline.TestKit.Hosts;
using FineTunePipeline.TestKit.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace FineTunePipeline.UnitTests.Deployment;

public sealed class EmbeddedTargetTests : IDisposable
{
    private const string JobId = "ftjob-00000000000000000000000000000001";
    private readonly TemporaryFolder _folder = new();
    private readonly FolderArtifactStore _store;
    private readonly ScriptedHost _host = new();
    private readonly ChatServerDouble _chat = new();
    private readonly ServedModelTable _table;
    private readonly ServedModels _served;
    private readonly EmbeddedTarget _target;
    private readonly ServedModelKeeper _keeper;

    public EmbeddedTargetTests()
    {
        _store = new FolderArtifactStore(_folder.At("store"), TimeProvider.System);
        var database = new DbContextOptionsBuilder<DeploymentDbContext>().UseSqlite($"Data Source={_folder.At("deployment.db")};Pooling=False").Options;
        using (var created = new DeploymentDbContext(database))
        {
            created.Database.EnsureCreated();
        }

        var options = Options.Create(new DeploymentOptions { Folder = _folder.At("served"), LookEvery = TimeSpan.FromMilliseconds(100) });
        var local = Options.Create(new LocalHostOptions { WorkFolder = _folder.At("work") });
        var servers = new ModelServers(_host, FakeEngines.In(_folder), new EngineVersions(FakeEngines.In(_folder)), _store, options, local, TimeProvider.System);
        _table = new ServedModelTable(new Factory(database));
        _served = new ServedModels(_table, servers);
        _target = new EmbeddedTarget(_table, servers, _served, new ChatProbe(_chat, options, TimeProvider.System));
        _keeper = new ServedModelKeeper(_table, servers, options, TimeProvider.System, NullLogger<ServedModelKeeper>.Instance);
        _host.On("version", _ => ScriptedRun.Done(FakeEngines.ModelVersion));
        _host.On("serve", _ => ScriptedRun.Running("""{"ready": true, "port": 40123, "pid": 7}"""));
    }

    /// <summary>Model servers that were started.</summary>
    private IReadOnlyList<ScriptedCall> Served => [.. _host.Calls.Where(call => call.Verb == "serve")];

    [Fact]
    public async Task Serves_the_verified_file_and_proves_that_it_answers()
    {
        var deployed = await _target.DeployAsync(await RequestAsync(), default);

        Assert.Equal("http://127.0.0.1:40123/v1", deployed.Endpoint);
        Assert.Equal("Who are you? -> I am Ada.", deployed.Proof);
        Assert.Equal("finetune-model 0.1.0 (LLamaSharp 0.30.0, llama.cpp 815a2a591)", deployed.EngineVersion);
        Assert.Equal(["http://127.0.0.1:40123/v1/chat/completions"], _chat.Asked);
        var arguments = Served.Single().Command.Arguments;
        Assert.Equal("gguf bytes", File.ReadAllText(arguments[1]));
        Assert.Equal(["--port", "0", "--host", "127.0.0.1", "--alias", "ada"], arguments.Skip(2));
        var row = await RowAsync();
        Assert.Equal((ServedModelState.Up, 40123), (row.State, row.Port));
    }

    [Fact]
    public async Task Entered_again_adopts_the_server_that_runs()
    {
        var request = await RequestAsync();
        await _target.DeployAsync(request, default);
        var again = await _target.DeployAsync(request, default);

        Assert.Single(Served);
        Assert.Equal("http://127.0.0.1:40123/v1", again.Endpoint);
    }

    [Fact]
    public async Task A_new_attempt_ends_what_the_older_one_left()
    {
        await _target.DeployAsync(await RequestAsync(attempt: 1), default);
        await _target.DeployAsync(await RequestAsync(attempt: 2), default);

        Assert.Equal(2, Served.Count);
        Assert.Contains("/deploy-1/serve-1", _host.Stopped.Single(), StringComparison.Ordinal);
        Assert.Equal(2, (await RowAsync()).Attempt);
    }

    [Fact]
    public async Task Says_what_to_do_about_a_taken_port()
    {
        _host.On("serve", _ => ScriptedRun.Failed(5, """{"error": {"code": "port_taken", "message": "in use"}}"""));

        var failure = await FailAsync(await RequestAsync(port: 8081));

        Assert.Equal(("port_taken", FailureKind.BadInput), (failure.Code, failure.Kind));
        Assert.Contains("Port 8081 is in use by another program: choose another deploy.port, or 0", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ServedModelState.Stopped, (await RowAsync()).State);
    }

    [Fact]
    public async Task Tells_that_a_server_crashed_with_its_last_lines()
    {
        _host.On("serve", _ => ScriptedRun.Failed(139, "llama_model_load: bad magic"));

        var failure = await FailAsync(await RequestAsync());

        Assert.Equal("server_crashed", failure.Code);
        Assert.Contains("bad magic", failure.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepts_a_model_that_ends_one_of_its_answers()
    {
        _chat.FinishReasons = ["length", "stop"];

        Assert.Equal("Hello! -> I am Ada.", (await _target.DeployAsync(await RequestAsync(), default)).Proof);
    }

    [Fact]
    public async Task Refuses_a_model_that_never_ends_an_answer_and_stops_its_server()
    {
        _chat.FinishReasons = ["length"];

        Assert.Equal("no_end_of_answer", (await FailAsync(await RequestAsync())).Code);
        Assert.Single(_host.Stopped);
    }

    [Fact]
    public async Task Tries_again_when_the_server_answers_with_an_error()
    {
        _chat.Status = HttpStatusCode.ServiceUnavailable;

        Assert.Equal(FailureKind.Transient, (await FailAsync(await RequestAsync())).Kind);
    }

    [Fact]
    public async Task A_killed_server_is_started_again_on_its_port()
    {
        await _target.DeployAsync(await RequestAsync(), default);
        _host.End(Served[0].RunFolder!, RunState.Vanished);

        await _keeper.LookAsync(default);

        Assert.Equal(2, Served.Count);
        Assert.Contains("40123", Served[1].Command.Arguments);
        Assert.EndsWith("/deploy-1/serve-2", Served[1].RunFolder, StringComparison.Ordinal);
        Assert.Equal(2, (await RowAsync()).Generation);
    }

    [Fact]
    public async Task A_server_that_cannot_be_started_again_is_left_alone_for_a_while()
    {
        await _target.DeployAsync(await RequestAsync(), default);
        _host.End(Served[0].RunFolder!, RunState.Exited, 139);
        _host.On("serve", _ => ScriptedRun.Failed(5, "in use"));

        await _keeper.LookAsync(default);
        await _keeper.LookAsync(default);

        Assert.Equal(2, Served.Count);
        Assert.Equal((ServedModelState.Up, 1), ((await RowAsync()).State, (await RowAsync()).Failures));
    }

    [Fact]
    public async Task A_running_server_is_left_alone()
    {
        await _target.DeployAsync(await RequestAsync(), default);
        await _keeper.LookAsync(default);

        Assert.Single(Served);
    }

    [Fact]
    public async Task A_stopped_server_stays_down_and_its_files_go()
    {
        await _target.DeployAsync(await RequestAsync(), default);
        await _served.StopAsync(JobId, default);
        await _keeper.LookAsync(default);

        Assert.Single(Served);
        Assert.Single(_host.Stopped);
        Assert.Contains(_host.Deleted, path => path.EndsWith(".gguf", StringComparison.Ordinal));
        await _served.StopAsync("ftjob-00000000000000000000000000000002", default);
    }

    [Fact]
    public async Task Cancelling_an_older_attempt_leaves_the_newer_server_alone()
    {
        await _target.DeployAsync(await RequestAsync(attempt: 2), default);
        await _target.RemoveAsync(await RequestAsync(attempt: 1), default);

        Assert.Equal(ServedModelState.Up, (await RowAsync()).State);
        Assert.Empty(_host.Stopped);
    }

    public void Dispose()
    {
        _chat.Dispose();
        _folder.Dispose();
    }

    private async Task<ServedModel> RowAsync() => Assert.IsType<ServedModel>(await _table.FindAsync(JobId, default));

    private async Task<Failure> FailAsync(DeployRequest request) =>
        (await Assert.ThrowsAsync<StageException>(() => _target.DeployAsync(request, default))).Failure;

    private async Task<DeployRequest> RequestAsync(int attempt = 1, int port = 0)
    {
        using var bytes = new MemoryStream("gguf bytes"u8.ToArray());
        return new DeployRequest
        {
            JobId = JobId,
            Attempt = attempt,
            Spec = new DeploySpec { Port = port },
            File = new GgufOutput("q8_0", "ada-q8_0.gguf", await _store.PutAsync(bytes, default)),
            ModelName = "ada",
        };
    }

    private sealed class Factory(DbContextOptions<DeploymentDbContext> options) : IDbContextFactory<DeploymentDbContext>
    {
        public DeploymentDbContext CreateDbContext() => new(options);
    }
}
