using System.Globalization;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>What goes to stdout and stderr: notes and losses to the one, progress and errors to the other, as LLaMA-Factory has it.</summary>
internal sealed class TrainerOutput(TimeProvider time)
{
    private bool _barShown;

    public void Info(string source, string text) => Note("INFO", source, text);

    public void Warn(string source, string text) => Note("WARNING", source, text);

    public void Line(string text)
    {
        ClearBar();
        Console.Out.WriteLine(text);
    }

    /// <summary>A line like <c>{'loss': '7.663', 'epoch': '0.15'}</c>.</summary>
    public void Values(IEnumerable<KeyValuePair<string, object?>> values) =>
        Line("{" + string.Join(", ", values.Select(pair => $"'{pair.Key}': '{FourDigits(pair.Value)}'")) + "}");

    public void Metrics(string split, IReadOnlyList<KeyValuePair<string, object?>> metrics) => Line(MetricTable.Text(split, metrics));

    public void Diagnostic(string text)
    {
        ClearBar();
        Console.Error.WriteLine(text);
    }

    /// <summary>A progress line that is written over by the next, for people at a terminal only.</summary>
    public void Bar(string name, int done, int total)
    {
        if (Console.IsErrorRedirected || total == 0)
        {
            return;
        }

        Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{name} {done * 100L / total,3}% {done}/{total} "));
        _barShown = true;
    }

    private static string FourDigits(object? value) => PythonNumbers.FourDigits(Convert.ToDouble(value, CultureInfo.InvariantCulture));

    private void Note(string level, string source, string text) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"[{level}|{time.GetUtcNow():yyyy-MM-dd HH:mm:ss}] finetune_trainer.{source} >> {text}"));

    private void ClearBar()
    {
        if (_barShown)
        {
            Console.Error.WriteLine();
            _barShown = false;
        }
    }
}
