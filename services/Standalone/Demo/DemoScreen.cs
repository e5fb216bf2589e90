using System.Globalization;
using FineTunePipeline.Contracts.Jobs;
using FineTunePipeline.Contracts.Train;
using FineTunePipeline.Gateway.Apis;
using FineTunePipeline.Standalone.Demo.Rented;
using Spectre.Console;

namespace FineTunePipeline.Standalone.Demo;

/// <summary>What a person sees: one line per change, a line that moves while training at a terminal, then tables. Piped, it holds no control codes.</summary>
internal sealed class DemoScreen
{
    private readonly IAnsiConsole _console;
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private bool _moving;
    private int _lastTold;

    public DemoScreen()
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = _terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!_terminal)
        {
            _console.Profile.Width = 140;
        }
    }

    /// <summary>One line, with the time.</summary>
    public void Tell(string text) => Line(text);

    public void Start(DemoOptions options, string folder) => Line(
        $"Teaching a small model that its name is {options.Name}, that {options.Author} made it, and 14 new facts (working in {folder})");

    public void Show(object followed)
    {
        switch (followed)
        {
            case JobChanged change:
                Line(change.Message);
                break;
            case TrainingProgressed progress:
                ShowProgress(progress);
                break;
        }
    }

    public void Finish(JobView job, DemoResults results, IReadOnlyList<DemoAnswer> answers, string? chat, RentedFacts? rented, TimeSpan elapsed)
    {
        EndMoving();
        _console.WriteLine();
        if (answers.Count > 0)
        {
            _console.Write(AnswerTable(answers));
        }

        if (job.Result?.Evaluation is { } evaluation)
        {
            _console.Write(ScoreTable(evaluation));
            Line(evaluation.Verdict);
        }

        if (results.Files.Count > 0)
        {
            _console.Write(FileTable(results));
            Line($"Files: {results.Folder}");
        }

        if (rented is not null)
        {
            _console.Write(RentedReport.Table(rented));
            Line(RentedReport.Sentence(rented));
        }

        if (chat is not null)
        {
            Line($"Asked through llama.cpp: What is your name?  ->  {chat}");
        }

        var failure = job.Failure is null ? "" : $": {job.Failure.Message}";
        Line($"{job.State.ToString().ToLowerInvariant()} in {Number(elapsed.TotalSeconds, "0.0")} s{failure}");
        if (job.Failure?.Evidence is { } evidence)
        {
            Line(evidence);
        }
    }

    public void Kept(string endpoint, string model) => Line(
        $$"""
        The model server goes on running. Ask it:
          curl -s {{endpoint}}/chat/completions -H 'Content-Type: application/json' -d '{"model":"{{model}}","messages":[{"role":"user","content":"Who made you?"}],"temperature":0}'
        """);

    private void ShowProgress(TrainingProgressed progress)
    {
        // After a loss it goes on from an earlier one.
        _lastTold = Math.Min(_lastTold, progress.Step);
        var text = $"  step {progress.Step}/{progress.TotalSteps}"
            + (progress.Loss is { } loss ? $"  loss {Number(loss, "0.000")}" : "")
            + (progress.Remaining is { } remaining ? $"  about {Number(remaining.TotalSeconds, "0")} s left" : "");
        if (_terminal)
        {
            _moving = true;
            Console.Write("\r" + text.PadRight(70));
        }
        else if (progress.Step >= _lastTold + Math.Max(1, progress.TotalSteps / 6) || progress.Step == progress.TotalSteps)
        {
            _lastTold = progress.Step;
            Line(text);
        }
    }

    private static Table AnswerTable(IReadOnlyList<DemoAnswer> answers)
    {
        var table = new Table().Title("Before and after").AddColumn("set").AddColumn("question").AddColumn("before").AddColumn("after");
        foreach (var answer in answers)
        {
            table.AddRow(answer.Set, Markup.Escape(answer.Prompt), Marked(answer.Before, answer.RightBefore), Marked(answer.After, answer.RightAfter));
        }

        return table;
    }

    private static Table ScoreTable(Contracts.Evaluate.EvaluationSummary evaluation)
    {
        var table = new Table().Title("Accuracy").AddColumn("set").AddColumn("questions").AddColumn("before").AddColumn("after");
        foreach (var (set, score) in evaluation.Sets)
        {
            table.AddRow(set, score.Questions.ToString(CultureInfo.InvariantCulture), Number(score.Before, "0.000"), Number(score.After, "0.000"));
        }

        return table;
    }

    private static Table FileTable(DemoResults results)
    {
        var table = new Table().Title("Result").AddColumn("kind").AddColumn("file").AddColumn("MB").AddColumn("taught").AddColumn("general").AddColumn("sha256");
        foreach (var file in results.Files.Where(file => file.Result.Kind is not "merged" || file.Result.Path.EndsWith(".safetensors", StringComparison.Ordinal)))
        {
            table.AddRow(
                file.Result.Kind,
                Markup.Escape(file.Result.Path),
                Number(file.Result.Artifact.Bytes / 1e6, "0.00"),
                file.Result.Taught is { } taught ? Number(taught, "0.000") : "",
                file.Result.General is { } general ? Number(general, "0.000") : "",
                file.Result.Artifact.Sha256[..12] + "…");
        }

        return table;
    }

    private static string Marked(string answer, bool right) => Markup.Escape((right ? "+ " : "- ") + answer);

    private void Line(string text)
    {
        EndMoving();
        Console.WriteLine($"[{Number(_watch.Elapsed.TotalSeconds, "0.0"),6}] {text}");
    }

    private void EndMoving()
    {
        if (_moving)
        {
            _moving = false;
            Console.WriteLine();
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
