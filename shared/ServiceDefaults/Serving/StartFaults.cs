using FineTunePipeline.Messaging;
using FineTunePipeline.Messaging.Data;
using FineTunePipeline.Messaging.Schema;
using FineTunePipeline.ServiceDefaults.Configuration;
using FineTunePipeline.ServiceDefaults.Home;
using Microsoft.Extensions.Options;

namespace FineTunePipeline.ServiceDefaults.Serving;

/// <summary>What is wrong at a start, gathered, so that a person who mistyped three settings is not sent round three times.</summary>
internal sealed class StartFaults
{
    private readonly List<string> _lines = [];

    public bool Any => _lines.Count > 0;

    /// <summary>The lines that a person needs to read of an exception; null if it is a fault of ours, whose stack trace matters.</summary>
    public static IReadOnlyList<string>? LinesOf(Exception exception) => exception switch
    {
        OptionsValidationException invalid => [.. invalid.Failures.Select(Sentence)],
        StartException or DataHomeException or ConfigurationFileException or ServiceListException or DatabaseTooNewException or DatabaseUnusableException => [exception.Message],
        AggregateException { InnerExceptions: var all } when all.Select(LinesOf).ToList() is var lines && lines.TrueForAll(line => line is not null) =>
            [.. lines.SelectMany(line => line!)],
        _ => null,
    };

    public void Add(string line)
    {
        if (!_lines.Contains(line))
        {
            _lines.Add(line);
        }
    }

    /// <summary>The answer, or null and a line more.</summary>
    public T? Ask<T>(Func<T> question)
        where T : class
    {
        try
        {
            return question();
        }
        catch (Exception exception) when (LinesOf(exception) is { } lines)
        {
            foreach (var line in lines)
            {
                Add(line);
            }

            return null;
        }
    }

    /// <exception cref="StartException">There are some; the message has one line for each.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new StartException(Text(_lines));
        }
    }

    /// <summary>Without what the framework puts around the message of an attribute.</summary>
    private static string Sentence(string failure)
    {
        const string Before = " with the error: '";
        var start = failure.IndexOf(Before, StringComparison.Ordinal);
        return start < 0 ? failure : failure[(start + Before.Length)..].TrimEnd('.').TrimEnd('\'');
    }

    /// <summary>One fault is its own sentence; several get a heading.</summary>
    public static string Text(IReadOnlyList<string> lines) =>
        lines.Count == 1 ? lines[0] : $"{lines.Count} things keep this from starting:\n{string.Join('\n', lines.Select(line => "- " + line))}";
}
