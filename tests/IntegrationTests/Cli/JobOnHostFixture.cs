using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using FineTunePipeline.Contracts;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts.Ssh.Runs;
using FineTunePipeline.IntegrationTests.ModelTools;
using FineTunePipeline.IntegrationTests.Standalone;
using FineTunePipeline.TestKit.Ssh;
using Xunit;
using TemporaryFolder = FineTunePipeline.TestKit.Storage.TemporaryFolder;

namespace FineTunePipeline.IntegrationTests.Cli;

/// <summary>A host that a job has: an SSH server, the job's folder as the services leave it there, and a person with an own ssh.</summary>
[SupportedOSPlatform("linux")]
public abstract class JobOnHostFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private protected TemporaryFolder Folder { get; } = new();

    private protected SshServer Server { get; private set; } = null!;

    private protected ScriptedGateway Gateway { get; private set; } = null!;

    /// <summary>Of the job on the host.</summary>
    private protected string JobFolder => Folder.At("finetune", "lease-1", ScriptedGateway.JobId);

    private protected string SearchPath { get; private set; } = "";

    /// <summary>What the host holds of the job.</summary>
    private protected JobOnHost Job { get; set; } = null!;

    /// <summary>Of the trainer: a shell, with its verb in <c>$1</c>.</summary>
    private protected abstract string TrainerScript { get; }

    public async ValueTask InitializeAsync()
    {
        Server = await SshServer.StartAsync();
        SearchPath = OwnSsh.PathIn(Folder, OwnSsh.WithKey(Server.KeyFile));
        var trainer = Folder.Write("tools/llamafactory-cli", "#!/bin/sh\n" + TrainerScript);
        File.SetUnixFileMode(trainer, (UnixFileMode)0b111_101_101);
        Folder.Write("finetune/lease-1/.finetune/supervise-test.sh", System.Text.Encoding.UTF8.GetString(SupervisorScript.Bytes));
        Directory.CreateDirectory(JobFolder);
        Job = new JobOnHost
        {
            TrainerName = TrainerNames.LlamaFactory,
            Trainer = new TrainerProgram { FileName = trainer, Environment = new Dictionary<string, string> { ["GREETING"] = "it's \"here\"" } },
            ModelFolder = Folder.At("model"),
            ModelBytes = 1,
            Method = FineTuningMethod.Lora,
            Question = $"model_name_or_path: \"{Folder.At("model")}\"\ndataset_dir: \"{JobOnHost.FolderMark}\"\noutput_dir: \"{JobOnHost.FolderMark}/out\"\n",
        };
        Leave();
        var hosts = $$"""{"hosts":[{"name":"gpu-1","state":"in_use","address":"{{Server.Endpoint}}","job_id":"{{ScriptedGateway.JobId}}","job_folder":"{{JobFolder}}"}]}""";
        Gateway = await ScriptedGateway.AlwaysAsync(200, "application/json", hosts);
    }

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        foreach (var process in HomeProcesses.Of(Folder.Path))
        {
            await StandaloneProgram.SignalAsync(process.Pid, "KILL");
        }

        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes <see cref="Job"/> where the services do.</summary>
    private protected void Leave() => File.WriteAllText(Path.Combine(JobFolder, JobOnHost.FileName), JsonSerializer.Serialize(Job, ContractJson.Options));

    private protected RunningFinetune Start(params string[] arguments) => RunningFinetune.WithPath(Gateway, SearchPath, arguments);

    private protected async Task<EngineResult> FinetuneAsync(params string[] arguments)
    {
        await using var finetune = Start(arguments);
        return await finetune.EndAsync();
    }

    /// <summary>As the job gives its host back: what runs in its folder is stopped, and the folder deleted.</summary>
    private protected async Task GiveBackAsync()
    {
        foreach (var run in Directory.GetDirectories(JobFolder).Where(folder => File.Exists(folder + "/command.sh")))
        {
            await ModelEngine.RunAsync("/bin/sh", [Folder.At("finetune", "lease-1", ".finetune", "supervise-test.sh"), "stop", run, "5"]);
        }

        Directory.Delete(JobFolder, recursive: true);
    }

    /// <summary>What runs on the host for the person.</summary>
    private protected IReadOnlyList<HomeProcess> OnHost() => [.. HomeProcesses.Of(Folder.Path).Where(process => Path.GetFileName(process.Arguments[0]) != "ssh")];

    private protected Task UntilNothingRunsAsync() => UntilAsync(() => OnHost().Count == 0, () => string.Join('\n', OnHost()));

    private protected void AssertNothingIsLeft() => Assert.Equal([Path.Combine(JobFolder, JobOnHost.FileName)], Directory.GetFileSystemEntries(JobFolder).Where(entry => !Path.GetFileName(entry).StartsWith("train-", StringComparison.Ordinal)));

    private protected static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); await Task.Delay(50))
        {
            Assert.True(clock.Elapsed < Patience, what());
        }
    }
}
