using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FineTunePipeline.Messaging.Sagas;

/// <summary>
/// Values that were lately read or written as JSON. A saga is read at each of its events, and most of its columns are those of the event before: the same text gives
/// the same value, which nobody changes in place (<see cref="SagaModel.AsJson"/>). A place is one text's; a newer text takes it.
/// </summary>
internal static class JsonMemo<T>
{
    private const int Places = 512;

    /// <summary>A longer one is not kept: the memory of all places together is bounded.</summary>
    private const int LongestText = 16 * 1024;

    private static readonly Entry?[] Entries = new Entry?[Places];

    /// <summary>What a value was read from, or written as, for as long as the value lives.</summary>
    private static readonly ConditionalWeakTable<object, string> Texts = [];

    public static string Write(T value, JsonSerializerOptions options)
    {
        if (value is not null && Texts.TryGetValue(value, out var known))
        {
            return known;
        }

        var text = JsonSerializer.Serialize(value, options);
        Keep(text, value);
        return text;
    }

    public static T Read(string text, JsonSerializerOptions options)
    {
        if (Volatile.Read(ref Entries[PlaceOf(text)]) is { } known && known.Text == text)
        {
            return known.Value;
        }

        var value = JsonSerializer.Deserialize<T>(text, options)!;
        Keep(text, value);
        return value;
    }

    private static void Keep(string text, T value)
    {
        if (text.Length <= LongestText)
        {
            Volatile.Write(ref Entries[PlaceOf(text)], new Entry(text, value));
            if (value is not null)
            {
                Texts.AddOrUpdate(value, text);
            }
        }
    }

    private static int PlaceOf(string text) => (text.GetHashCode(StringComparison.Ordinal) & int.MaxValue) % Places;

    private sealed record Entry(string Text, T Value);
}
