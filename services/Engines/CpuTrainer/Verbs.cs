using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using FineTunePipeline.CpuTrainer.Arguments;
using FineTunePipeline.CpuTrainer.Export;
using FineTunePipeline.CpuTrainer.Pretraining;
using FineTunePipeline.CpuTrainer.Results;
using FineTunePipeline.CpuTrainer.Torch;
using FineTunePipeline.CpuTrainer.Training;

namespace FineTunePipeline.CpuTrainer;

/// <summary>The command line: llamafactory-cli's verbs, and <c>pretrain</c>. Exit codes: see <c>services/Engines/README.md</c>.</summary>
internal static class Verbs
{
    private const string Usage =
        """
        ----------------------------------------------------------------------
        | Usage:                                                             |
        |   finetune-trainer train X.yaml [key=value ...]: train, evaluate   |
        |                                            or predict (train -h)   |
        |   finetune-trainer export X.yaml [key=value ...]: merge an adapter |
        |   finetune-trainer pretrain OUT [--steps N] [--seed N]:            |
        |                                            demo base model         |
        |   finetune-trainer pretrain --data DIR: demo data and questions    |
        |   finetune-trainer env [--json]: show environment info             |
        |   finetune-trainer version: show version info                      |
        ----------------------------------------------------------------------
        """;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(string[] arguments)
    {
        var verb = arguments.FirstOrDefault() ?? "help";
        var rest = arguments.Skip(1).ToArray();
        var output = new TrainerOutput(TimeProvider.System);
        try
        {
            return Dispatch(verb, rest, output);
        }
        catch (StoppedException stopped)
        {
            output.Diagnostic(stopped.Message);
            return stopped.ExitCode;
        }
        catch (Exception exception)
        {
            Report(exception, output);
            return 1;
        }
    }

    private static int Dispatch(string verb, string[] rest, TrainerOutput output)
    {
        switch (verb)
        {
            case "train" when rest is ["-h" or "--help", ..]:
                output.Line(TrainHelp.Text());
                return 0;
            case "train":
                return new TrainCommand(output, TimeProvider.System).Run(rest);
            case "export":
                return new ExportCommand(output).Run(rest);
            case "pretrain":
                return PretrainCommand.Run(rest);
            case "version":
                output.Line($"finetune-trainer {Version()}");
                return 0;
            case "env" when rest is ["--json"]:
                TorchRuntime.Initialize();
                output.Line(JsonSerializer.Serialize(TorchReport.Make(), Json));
                return 0;
            case "env":
                output.Line(
                    $"""

                    - `finetune-trainer` version: {Version()}
                    - Platform: {RuntimeInformation.RuntimeIdentifier} ({RuntimeInformation.OSDescription})
                    - .NET version: {Environment.Version}
                    - Processors: {Environment.ProcessorCount}
                    - OMP_NUM_THREADS: {Environment.GetEnvironmentVariable("OMP_NUM_THREADS") ?? "not set"}
                    - Keys: LLaMA-Factory 0.9.6, transformers 5
                    """);

                // Last, because it may fail: so this verb is also the proof that the native libraries run here.
                TorchRuntime.Initialize();
                output.Line($"- PyTorch version: {TorchRuntime.Version} (libtorch, CPU)\n");
                return 0;
            case "help" or "-h" or "--help":
                output.Line(Usage);
                return 0;
            default:
                // Exit code 0 as llamafactory-cli has it: what probes for a verb must read the text.
                output.Line($"Unknown command: {verb}.\n{Usage}");
                return 0;
        }
    }

    private static void Report(Exception exception, TrainerOutput output)
    {
        if (exception is TrainerException { Hint: { } hint })
        {
            output.Diagnostic(hint);
        }
        else if (exception is not TrainerException)
        {
            output.Diagnostic(exception.ToString());
        }

        output.Diagnostic(ErrorText.LastLine(exception));
    }

    private static string Version() => typeof(Verbs).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
}
