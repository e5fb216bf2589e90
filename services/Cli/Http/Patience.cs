using System.Globalization;
using System.Runtime.ExceptionServices;

namespace FineTunePipeline.Cli.Http;

/// <summary>
/// How long a gateway in trouble is asked again: with growing pauses, until nothing has come from it for <paramref name="limit"/>. A gateway that was
/// never reached is not waited for: there the address is wrong, or nobody has started it.
/// </summary>
internal sealed class Patience(TimeSpan limit)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private bool _reached;
    private long? _since;
    private TimeSpan _pause = Shortest;

    /// <summary>The gateway lives: it has the whole time again, though what was asked for has not come.</summary>
    public void Answered() => (_reached, _since) = (true, null);

    /// <summary>What was asked for comes.</summary>
    public void Restore()
    {
        Answered();
        _pause = Shortest;
    }

    /// <summary>Waits before the next try, or throws the trouble if there is no use in it.</summary>
    public async Task WaitAsync(Exception trouble, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamp();
        _since ??= now;
        var brokeOff = trouble is IOException or HttpRequestException { HttpRequestError: HttpRequestError.Unknown or HttpRequestError.ResponseEnded, StatusCode: null };
        if ((!_reached && !brokeOff) || TimeProvider.System.GetElapsedTime(_since.Value, now) + _pause > limit)
        {
            ExceptionDispatchInfo.Throw(trouble);
        }

        _reached = true;
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Failures.Sentence(trouble)} Trying again in {_pause.TotalSeconds:0.##} s."));
        await Task.Delay(_pause, TimeProvider.System, cancellationToken);
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
    }
}
