using System.Text;

namespace FineTunePipeline.CpuTrainer.Results;

/// <summary>
/// <c>trainer_log.jsonl</c>: a line at each log event, flushed at once so that it can be followed. A resumed run appends. The last line of a finished
/// training has neither loss nor eval_loss: that is its end mark.
/// </summary>
internal sealed class TrainerLog : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly int _firstStep;
    private readonly int _totalSteps;

    /// <param name="path">The file.</param>
    /// <param name="totalSteps">Optimizer steps of the whole training.</param>
    /// <param name="firstStep">Steps that earlier runs did: the time left is reckoned from this run's own steps.</param>
    /// <param name="time">Clock.</param>
    public TrainerLog(string path, int totalSteps, int firstStep, TimeProvider time)
    {
        // What a killed run left of a line would run into the next one.
        EndLastLine(path);
        _writer = new StreamWriter(path, append: true, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        (_time, _totalSteps, _firstStep, _started) = (time, totalSteps, firstStep, time.GetTimestamp());
    }

    public void Loss(int step, double loss, double learningRate, double epoch) => Write(step, [new("loss", loss), new("lr", learningRate), new("epoch", epoch)]);

    public void EvalLoss(int step, double loss, object epoch) => Write(step, [new("eval_loss", loss), new("epoch", epoch)]);

    public void End(int step, double epoch) => Write(step, [new("epoch", epoch)]);

    /// <summary>Progress of an evaluation that is not part of a training.</summary>
    public void Progress(int step) => Write(step, []);

    public void Dispose() => _writer.Dispose();

    private void Write(int step, IEnumerable<KeyValuePair<string, object?>> values)
    {
        var elapsed = _time.GetElapsedTime(_started).TotalSeconds;
        var doneHere = step - _firstStep;
        var remaining = doneHere > 0 ? elapsed / doneHere * (_totalSteps - step) : 0;
        _writer.WriteLine(PythonJson.Line(
        [
            new("current_steps", step),
            new("total_steps", _totalSteps),
            .. values,
            new("percentage", _totalSteps == 0 ? 100.0 : Math.Round(step * 100.0 / _totalSteps, 2)),
            new("elapsed_time", PythonNumbers.Duration(elapsed)),
            new("remaining_time", PythonNumbers.Duration(remaining)),
        ]));
    }

    private static void EndLastLine(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        if (file.Length == 0)
        {
            return;
        }

        file.Seek(-1, SeekOrigin.End);
        if (file.ReadByte() != '\n')
        {
            file.WriteByte((byte)'\n');
        }
    }
}
