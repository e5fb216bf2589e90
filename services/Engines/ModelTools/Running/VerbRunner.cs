using System.Runtime.InteropServices;
using FineTunePipeline.ModelTools.Files;

namespace FineTunePipeline.ModelTools.Running;

/// <summary>Finds the verb, runs it, and turns its end into an exit code.</summary>
internal static class VerbRunner
{
    /// <summary>A native call cannot be cancelled: after this time from a signal the process ends without it.</summary>
    private static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(6);

    public static async Task<int> RunAsync(IReadOnlyList<Verb> verbs, string[] arguments, EngineOutput output)
    {
        if (arguments.Length == 0 || arguments[0] is "--help" or "-h" or "help")
        {
            ShowHelp(verbs, output);
            return arguments.Length == 0 ? ExitCodes.WrongUsage : ExitCodes.Done;
        }

        if (verbs.FirstOrDefault(verb => verb.Name == arguments[0]) is not { } chosen)
        {
            output.Error("wrong_usage", $"There is no verb '{arguments[0]}'. Verbs: {string.Join(", ", verbs.Select(verb => verb.Name))}.");
            return ExitCodes.WrongUsage;
        }

        if (arguments.Skip(1).TakeWhile(argument => argument != "--").Any(argument => argument is "--help" or "-h"))
        {
            ShowHelp([chosen], output);
            return ExitCodes.Done;
        }

        using var ending = new CancellationTokenSource();
        var signalled = 0;
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ExitCodes.Terminated));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ExitCodes.Interrupted));
        return await EndOfAsync(chosen, arguments[1..], output, () => signalled, ending.Token);

        void End(PosixSignalContext context, int exitCode)
        {
            context.Cancel = true;
            if (Interlocked.CompareExchange(ref signalled, exitCode, 0) != 0)
            {
                return;
            }

            ending.Cancel();
            _ = ForceAsync(exitCode);
        }
    }

    private static async Task<int> EndOfAsync(Verb verb, string[] arguments, EngineOutput output, Func<int> signalled, CancellationToken cancellationToken)
    {
        try
        {
            await verb.RunAsync(VerbArguments.Parse(verb, arguments), output, cancellationToken);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Error("interrupted", $"finetune-model {verb.Name} was ended by a signal; nothing was written.");
            return signalled();
        }
        catch (EngineException exception)
        {
            output.Error(exception.Code, exception.Message);
            return exception.ExitCode;
        }
        catch (Exception exception) when (InputErrors.CodeOf(exception) is { } code)
        {
            output.Error(code, exception.Message);
            return ExitCodes.BadInput;
        }
        catch (AggregateException exception) when (exception.InnerExceptions.OfType<EngineException>().FirstOrDefault() is { } first)
        {
            // Work on several threads may find the same fault several times.
            output.Error(first.Code, first.Message);
            return first.ExitCode;
        }
        catch (UnauthorizedAccessException exception)
        {
            output.Error("no_permission", exception.Message);
            return ExitCodes.NotWritable;
        }
        catch (IOException exception) when (DiskErrors.IsFull(exception))
        {
            output.Error("disk_full", $"The disk is full: {exception.Message} Free space and run it again.");
            return ExitCodes.NotWritable;
        }
        catch (IOException exception)
        {
            output.Error("io_failed", $"Reading or writing failed: {exception.Message}");
            return ExitCodes.NotWritable;
        }
        catch (Exception exception)
        {
            output.Note(exception.ToString());
            output.Error("unexpected", $"{exception.GetType().Name}: {exception.Message}");
            return ExitCodes.Unexpected;
        }
    }

    private static async Task ForceAsync(int exitCode)
    {
        await Task.Delay(SignalGrace, TimeProvider.System, CancellationToken.None);
        OutputFile.DiscardAll();
        Environment.Exit(exitCode);
    }

    private static void ShowHelp(IReadOnlyList<Verb> verbs, EngineOutput output)
    {
        foreach (var verb in verbs)
        {
            output.Note(verb.Usage.Line(verb.Name));
            output.Note("    " + verb.Usage.Summary);
            foreach (var option in verb.Usage.Options)
            {
                output.Note($"    --{option.Name}{(option.IsFlag ? "" : " " + option.Value)}: {option.Meaning}");
            }
        }
    }
}
