using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's <c>"{} {0} {name}".format(…)</c> without format specifications, attributes and conversions.</summary>
internal static class BraceFormat
{
    public static string Apply(string format, CallArguments arguments)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is '{' or '}' && i + 1 < format.Length && format[i + 1] == c)
            {
                result.Append(c);
                i++;
            }
            else if (c == '{')
            {
                var close = format.IndexOf('}', i);
                if (close < 0)
                    throw new JinjaError("'{' in a format is not closed");
                result.Append(PyFormat.ToText(Field(format[(i + 1)..close], arguments, ref next)));
                i = close;
            }
            else if (c == '}')
            {
                throw new JinjaError("single '}' in a format");
            }
            else
            {
                result.Append(c);
            }

            if (result.Length > arguments.Context.Limits.MaxOutputLength)
                throw new JinjaError("a formatted text is too long");
        }

        return result.ToString();
    }

    private static object? Field(string field, CallArguments arguments, ref int next)
    {
        if (field.Length == 0)
            return next < arguments.Positional.Count ? arguments.Positional[next++] : throw new JinjaError("format() has too few arguments");
        if (int.TryParse(field, out var index))
            return index >= 0 && index < arguments.Positional.Count ? arguments.Positional[index] : throw new JinjaError("format() has too few arguments");
        if (arguments.Named.TryGetValue(field, out var value))
            return value;
        throw new JinjaError($"format() has no value for '{{{field}}}'; format specifications are not supported");
    }
}
