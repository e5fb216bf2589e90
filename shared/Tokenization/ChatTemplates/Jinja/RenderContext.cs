using System.Runtime.CompilerServices;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The account of one rendering: steps, depth, created characters and items, and time.</summary>
internal sealed class RenderContext(ChatTemplateLimits limits, TimeProvider clock)
{
    private const int ItemCost = 8;

    [ThreadStatic]
    private static RenderContext? s_current;
    private readonly long _started = clock.GetTimestamp();
    private long _steps;
    private long _allocated;
    private int _depth;

    public ChatTemplateLimits Limits { get; } = limits;

    public TimeProvider Clock { get; } = clock;

    /// <summary>
    /// Counts work inside of comparisons and printing, where one list may stand for billions of items (each level holding the level below it twice).
    /// A rendering runs on one thread from its begin to its end.
    /// </summary>
    public static void Account(int count)
    {
        s_current?.Step();
        s_current?.Charge(count);
    }

    /// <summary>Makes this the account of the running rendering until disposed.</summary>
    public Restorer MakeCurrent()
    {
        var outer = s_current;
        s_current = this;
        return new Restorer(outer);
    }

    public void Enter()
    {
        if (++_depth > Limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaError($"nested deeper than {Limits.MaxDepth} levels (endless recursion of a macro?)");
        Step();
    }

    public void Leave() => _depth--;

    public void Step()
    {
        if (++_steps > Limits.MaxSteps)
            throw new JinjaError($"more than {Limits.MaxSteps} steps (endless loop?)");
        if (_steps % 512 == 0)
            CheckTime();
    }

    /// <summary>Counts characters or items before they are created, so that a limit is met before the memory is taken.</summary>
    public void Charge(long count)
    {
        _allocated += count;
        if (count > Limits.MaxAllocation || _allocated > Limits.MaxAllocation)
            throw new JinjaError($"more than {Limits.MaxAllocation} characters (or an eighth as many items) created");
        if (count > 10_000)
            CheckTime();
    }

    public string Created(string text)
    {
        Charge(text.Length);
        return text;
    }

    public T Created<T>(T list)
        where T : ListValue
    {
        ChargeItems(list.Count);
        return list;
    }

    /// <summary>Counts items of lists and dictionaries; each takes about as much memory as a short text.</summary>
    public void ChargeItems(long count) => Charge(checked(count * ItemCost));

    public readonly struct Restorer(RenderContext? outer) : IDisposable
    {
        public void Dispose() => s_current = outer;
    }

    private void CheckTime()
    {
        if (Clock.GetElapsedTime(_started) > Limits.MaxTime)
            throw new JinjaError($"rendering took longer than {Limits.MaxTime.TotalSeconds} s");
    }
}
