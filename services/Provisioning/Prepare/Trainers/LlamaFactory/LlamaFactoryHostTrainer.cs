using System.Globalization;
using System.Text.Json;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Prepare;
using FineTunePipeline.Hosts;
using FineTunePipeline.Hosts.Engines;
using FineTunePipeline.Hosts.Probes;
using FineTunePipeline.Provisioning.Prepare.Checks;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.Provisioning.Prepare.Trainers.LlamaFactory;

/// <summary>
/// LLaMA-Factory as the host has it, or as it is installed there: found, started, and its PyTorch looked at. Nothing is put into the host's own environment.
/// </summary>
internal sealed class LlamaFactoryHostTrainer(
    TrainerLocator trainers, LlamaFactoryInstaller installer, IOptions<LlamaFactoryOptions> options, IOptions<PrepareOptions> prepare) : IHostTrainer
{
    /// <summary>Of what the search prints: PATH, LD_LIBRARY_PATH, the tool, its Python.</summary>
    private const int ToolLine = 2;
    private const int PythonLine = 3;

    private const string HowToInstall =
        "install it there (pip install llamafactory, in an environment of its own), or have it installed: FINETUNE__LlamaFactory__Install=pip, or say where it is: FINETUNE__LlamaFactory__Command=/absolute/path/llamafactory-cli";

    public string Name => TrainerNames.LlamaFactory;

    public bool UsesCard => true;

    public bool Installs => installer.IsOn;

    public async Task<Finding> InstallAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var (own, path) = await LookAsync(test, options.Value.Command, cancellationToken);
        if (own.Passed == true)
        {
            return Finding.Good("not needed: the host has its own");
        }

        try
        {
            return await InstallAsync(test, await installer.RecipeAsync(cancellationToken), path, cancellationToken);
        }
        catch (Exception exception) when (exception is DirectoryNotFoundException or FileNotFoundException or UnauthorizedAccessException)
        {
            return Finding.UsersFault($"the wheels of {options.Value.OfflineFolder} (LlamaFactory:OfflineFolder) cannot be read: {exception.Message}");
        }
    }

    public async Task<Finding> FindAsync(HostUnderTest test, CancellationToken cancellationToken) =>
        test is { Program: { } known, TrainerVersion: { Length: > 0 } version } ? Found(version, known) : (await LookAsync(test, options.Value.Command, cancellationToken)).Finding;

    public async Task<Finding> ComputeAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        if (test.Cards is not null && await OthersAsync(test, cancellationToken) is { } others)
        {
            return others;
        }

        var tool = trainers.Locate(test.Program, test.EngineFolder);
        var (answer, fault) = await TrainerQuestion.AskAsync(test, tool, prepare.Value.ProbeTimeLimit, cancellationToken, "env");
        if (answer is null)
        {
            return fault!;
        }

        var environment = LlamaFactoryEnvironment.Read(answer);
        var python = test.TrainerPython is { } path ? tool with { FileName = path } : null;
        var finding = python is null ? Judge(test, environment) : await LookAsync(test, python, environment, cancellationToken);
        return finding.Passed != false && QuantizationBits(test.Job) is { } bits ? await QuantizeAsync(test, python, bits, finding, cancellationToken) : finding;
    }

    private async Task<Finding> InstallAsync(HostUnderTest test, LlamaFactoryRecipe recipe, string path, CancellationToken cancellationToken)
    {
        var tool = LlamaFactoryInstaller.ToolOf(test, recipe);
        if (await LlamaFactoryInstaller.FindAsync(test, recipe, cancellationToken) is { } made)
        {
            if ((await LookAsync(test, tool, cancellationToken)).Finding.Passed == true)
            {
                return Finding.Good($"LLaMA-Factory {options.Value.Version} was installed before, in {tool}: {made}");
            }

            await LlamaFactoryInstaller.ForgetAsync(test, recipe, cancellationToken);
        }

        var installed = await installer.InstallAsync(test, recipe, path, cancellationToken);
        return installed.Passed == true && (await LookAsync(test, tool, cancellationToken)).Finding is { Passed: not true } broken ? broken : installed;
    }

    /// <summary>Looks for it, and notes in the test what it found.</summary>
    /// <param name="said">Where it is said to be; empty: nowhere.</param>
    /// <returns>What came of it, and the PATH of the host's login shell.</returns>
    private async Task<(Finding Finding, string Path)> LookAsync(HostUnderTest test, string said, CancellationToken cancellationToken)
    {
        var result = await test.AskAsync("llamafactory", LlamaFactoryScripts.Find, cancellationToken, said);
        var lines = result.StandardOutput.Split('\n');
        if (result.ExitCode != 0 || lines.ElementAtOrDefault(ToolLine)?.StartsWith('/') != true)
        {
            var where = said.Length > 0 ? $"at {said} (LlamaFactory:Command)" : "on the PATH of a login shell, or where images and people put it";
            return (Finding.Bad($"there is no llamafactory-cli on this host {where}: {HowToInstall}", result.StandardError), lines[0]);
        }

        test.Program = new TrainerProgram { FileName = lines[ToolLine], Environment = Environment(lines[0], lines[1], lines[ToolLine]) };
        test.TrainerPython = lines.ElementAtOrDefault(PythonLine) is { Length: > 0 } python ? python : null;
        var version = await TrainerQuestion.VersionAsync(test, trainers.Locate(test.Program, test.EngineFolder), prepare.Value.ProbeTimeLimit, cancellationToken);
        return (version.Passed == true ? Found(version.Found, test.Program) : version, lines[0]);
    }

    private static Finding Found(string version, TrainerProgram program) => Finding.Good($"{version} ({program.FileName})");

    /// <summary>QLoRA computes on a card alone, by a library that knows not every card: it is tried before anything is sent there.</summary>
    private async Task<Finding> QuantizeAsync(HostUnderTest test, HostCommand? python, string bits, Finding found, CancellationToken cancellationToken)
    {
        if (test.Program is not { Cards: > 0 })
        {
            return Finding.Bad($"{found.Found}; quantization_bit needs a graphics card, and this host has none that PyTorch can use: take a host with one, or take quantization_bit out");
        }

        if (python is null || test.Job!.Spec.Llamafactory.GetValueOrDefault("quantization_method") is { ValueKind: JsonValueKind.String } method && method.GetString() != "bnb")
        {
            return found;
        }

        var result = await test.Host.RunAsync(
            python with { Arguments = ["-c", LlamaFactoryScripts.Quantize, bits], TimeLimit = prepare.Value.ProbeTimeLimit }, cancellationToken);
        EngineSilentException.ThrowIfSilent(result, $"{python.FileName} with bitsandbytes");
        return result.ExitCode == 0
            ? found with { Found = $"{found.Found}; bitsandbytes {EngineChecks.LastLine(result.StandardOutput)} with {bits} bits" }
            : Finding.Bad(
                $"quantization_bit {bits} cannot be used here ({EngineChecks.LastLine(result.StandardError)}): install bitsandbytes there, take a newer card, or take quantization_bit out",
                result.StandardError);
    }

    private static string? QuantizationBits(JobUnderTest? job) =>
        job?.Spec.Llamafactory.GetValueOrDefault("quantization_bit") is { ValueKind: JsonValueKind.Number } bits ? bits.GetRawText() : null;

    /// <summary>By its own Python: whether the card computes, and computes correctly.</summary>
    private async Task<Finding> LookAsync(HostUnderTest test, HostCommand python, LlamaFactoryEnvironment environment, CancellationToken cancellationToken)
    {
        var result = await test.Host.RunAsync(
            python with { Arguments = ["-c", LlamaFactoryScripts.Torch], TimeLimit = prepare.Value.ProbeTimeLimit }, cancellationToken);
        EngineSilentException.ThrowIfSilent(result, $"{python.FileName} with PyTorch");
        if (result.ExitCode != 0 || TorchReport.Read(result.StandardOutput) is not { } report)
        {
            return Finding.Bad($"its PyTorch cannot compute: {EngineChecks.LastLine(result.StandardError)}", result.StandardError);
        }

        test.Program = test.Program! with { Cards = report.Cards, Precision = !report.IsOnCard ? "float32" : report.Bf16 ? "bfloat16" : "float16" };
        if (MissingCards(report.Cards) is { } missing)
        {
            return missing;
        }

        var verdict = TorchVerdict.Of(test, report);
        return verdict with { Found = $"{verdict.Found}; {environment.Versions}" };
    }

    /// <summary>By its own words alone, where no Python of its own was found.</summary>
    private Finding Judge(HostUnderTest test, LlamaFactoryEnvironment environment)
    {
        var found = string.Create(
            CultureInfo.InvariantCulture, $"PyTorch {environment.Torch ?? "of an unknown version"} on {(environment.Card is { } card ? $"{environment.Cards} x {card}" : "the processor")}; {environment.Versions}");
        test.Program = test.Program! with { Cards = environment.Cards };
        return MissingCards(environment.Cards) ?? (environment.Card is null && test.Cards is { } shown ? Finding.Bad($"{found}; the driver shows {shown}, but PyTorch cannot use it") : Finding.Good(found));
    }

    /// <summary>Where a container hides processes from the driver, or one has not come to the card yet.</summary>
    private static async Task<Finding?> OthersAsync(HostUnderTest test, CancellationToken cancellationToken)
    {
        var others = (await test.AskAsync("llamafactory_others", LlamaFactoryScripts.Others, cancellationToken)).StandardOutput.Trim();
        return others.Length > 0 ? Finding.Bad($"another LLaMA-Factory is at work on this host, and would share the card: end it ({others.Split('\n')[0]})", others) : null;
    }

    /// <summary>A card that is named and is not there is left out by CUDA without a word; a process too many dies.</summary>
    private Finding? MissingCards(int cards)
    {
        var named = options.Value.Environment.GetValueOrDefault("CUDA_VISIBLE_DEVICES")?.Split(',', StringSplitOptions.RemoveEmptyEntries).Length ?? 0;
        var processes = int.TryParse(options.Value.Environment.GetValueOrDefault("NPROC_PER_NODE"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var (setting, asked) = named > processes ? ("CUDA_VISIBLE_DEVICES", named) : ("NPROC_PER_NODE", processes);
        return cards > 0 && asked > cards
            ? Finding.Bad($"{asked} cards are asked for (LlamaFactory:Environment:{setting}), and PyTorch has {cards} on this host: ask for fewer, or take a host with more")
            : null;
    }

    /// <summary>It starts its own launcher (torchrun) by the PATH, which is not that of a login shell when a program is started over SSH.</summary>
    private Dictionary<string, string> Environment(string path, string libraryPath, string tool)
    {
        var folder = tool[..tool.LastIndexOf('/')];
        var environment = new Dictionary<string, string>(options.Value.Environment);
        environment.TryAdd("PATH", path.Split(':').Contains(folder) ? path : $"{folder}:{path}");
        if (libraryPath.Length > 0)
        {
            environment.TryAdd("LD_LIBRARY_PATH", libraryPath);
        }

        // What lies on the host is used; a hub that cannot be reached would only be waited for.
        environment.TryAdd("HF_HUB_OFFLINE", "1");
        environment.TryAdd("PYTHONUNBUFFERED", "1");
        return environment;
    }
}
