using System.Text;
using FineTunePipeline.Hosts;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>
/// Installs LLaMA-Factory on a host, in an environment of its own below the folder that outlives jobs. It is a run under the host contract: it goes on without us, and
/// whoever comes later adopts it. A file that is written last says that all is there; without it everything is made anew.
/// </summary>
internal sealed class LlamaFactoryInstaller(EngineRuns runs, WheelFolder wheelFolder, IOptions<LlamaFactoryOptions> options, IOptions<PrepareOptions> prepare)
{
    private const string Run = "install";
    private const int LongestMark = 4096;

    private LlamaFactoryOptions Options => options.Value;

    /// <summary>Hosts that lack it get it.</summary>
    public bool IsOn => Options.Install != LlamaFactoryOptions.None && Options.Command.Length == 0;

    /// <summary>What these settings ask for.</summary>
    /// <exception cref="IOException">The folder of wheels cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public async Task<LlamaFactoryRecipe> RecipeAsync(CancellationToken cancellationToken) => new(
        LlamaFactoryPins.Requirements(Options.Version),
        LlamaFactoryPins.Constraints(Options.Version),
        LlamaFactoryPins.TorchConstraints(Options.Torch),
        Options.Install == LlamaFactoryOptions.Offline ? await wheelFolder.ListAsync(Options.OfflineFolder, cancellationToken) : []);

    /// <summary>Absolute path of the tool on the host, where it is or will be.</summary>
    public static string ToolOf(HostUnderTest test, LlamaFactoryRecipe recipe) => $"{FolderOf(test, recipe)}/{LlamaFactoryInstallScript.Environment}/bin/llamafactory-cli";

    /// <summary>What was installed there by these settings; null: nothing, or not all of it.</summary>
    public static async Task<string?> FindAsync(HostUnderTest test, LlamaFactoryRecipe recipe, CancellationToken cancellationToken)
    {
        var mark = await test.Host.ReadAsync(MarkOf(test, recipe), 0, LongestMark, cancellationToken);
        return mark.Length > 0 ? Encoding.UTF8.GetString(mark).Trim() : null;
    }

    /// <summary>What is there does not start: it is made anew.</summary>
    public static Task ForgetAsync(HostUnderTest test, LlamaFactoryRecipe recipe, CancellationToken cancellationToken) => test.Host.DeleteAsync(MarkOf(test, recipe), cancellationToken);

    /// <param name="path">PATH of the host's login shell, on which its Pythons are.</param>
    public async Task<Finding> InstallAsync(HostUnderTest test, LlamaFactoryRecipe recipe, string path, CancellationToken cancellationToken)
    {
        var isOffline = Options.Install == LlamaFactoryOptions.Offline;
        if (isOffline && recipe.Wheels.Count == 0)
        {
            return Finding.UsersFault($"{Options.OfflineFolder} holds no wheels (LlamaFactory:OfflineFolder)");
        }

        var wheels = $"{FolderOf(test, recipe)}/wheels";
        await test.Host.UploadAsync([.. recipe.Wheels.Select(wheel => wheel.To(wheels))], progress: null, cancellationToken);
        var command = new HostCommand { FileName = "sh", Arguments = ["-c", LlamaFactoryInstallScript.Text, "llamafactory-install"], Environment = Environment(path) };
        string[] arguments = [RootOf(test), recipe.Fingerprint, recipe.Requirements, recipe.Constraints, recipe.TorchConstraints, isOffline ? wheels : ""];
        var limit = prepare.Value.TrainerInstallTimeLimit;
        var end = await runs.ToEndAsync(test, command, Run, arguments, limit, "installing LLaMA-Factory", cancellationToken);
        return end.Succeeded
            ? Finding.Good($"LLaMA-Factory {Options.Version} was installed in {FolderOf(test, recipe)}: {await FindAsync(test, recipe, cancellationToken)}")
            : LlamaFactoryInstallFault.Of(end, Options, recipe, limit);
    }

    private static string RootOf(HostUnderTest test) => $"{test.SharedFolder}/.finetune/llamafactory";

    private static string FolderOf(HostUnderTest test, LlamaFactoryRecipe recipe) => $"{RootOf(test)}/{recipe.Fingerprint}";

    private static string MarkOf(HostUnderTest test, LlamaFactoryRecipe recipe) => $"{FolderOf(test, recipe)}/{LlamaFactoryInstallScript.Done}";

    /// <summary>An address may hold a password, which no argument may.</summary>
    private Dictionary<string, string?> Environment(string path)
    {
        var environment = Options.Environment.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        environment.TryAdd("PATH", path);
        if (Options.IndexUrl.Length > 0)
        {
            environment["PIP_INDEX_URL"] = Options.IndexUrl;
        }

        return environment;
    }
}
