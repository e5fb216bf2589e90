using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <content>The inside of <c>{{ … }}</c> and <c>{% … %}</c>.</content>
internal sealed partial class Lexer
{
    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private void ReadExpression(bool isVariable)
    {
        var begin = _line;
        var open = new Stack<string>();
        while (true)
        {
            var next = PyText.SkipSpace(_source, _position);
            CountLines(_position, next);
            _position = next;
            if (_position >= _source.Length)
                throw new ChatTemplateException(isVariable ? "'{{' without '}}'" : "'{%' without '%}'", begin);
            if (open.Count == 0 && TryReadEnd(isVariable))
                return;
            ReadToken(open);
        }
    }

    private bool TryReadEnd(bool isVariable)
    {
        var close = isVariable ? "}}" : "%}";
        var rest = _source.AsSpan(_position);
        var sign = rest[0] == '-' || (rest[0] == '+' && !isVariable) ? rest[0] : '\0';
        if (!rest[(sign == '\0' ? 0 : 1)..].StartsWith(close, StringComparison.Ordinal))
            return false;
        Add(isVariable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "");
        EndTag(_position + (sign == '\0' ? 0 : 1), sign, eatsNewline: !isVariable);
        return true;
    }

    private void ReadToken(Stack<string> open)
    {
        var character = _source[_position];
        if (character is '"' or '\'')
        {
            ReadString(character);
        }
        else if (char.IsAsciiDigit(character))
        {
            ReadNumber();
        }
        else if (character == '_' || char.IsLetter(character))
        {
            var end = _position + 1;
            while (end < _source.Length && (_source[end] == '_' || char.IsLetterOrDigit(_source[end])))
                end++;
            Add(TokenKind.Name, _source[_position..end]);
            _position = end;
        }
        else
        {
            ReadOperator(open);
        }
    }

    private void ReadOperator(Stack<string> open)
    {
        foreach (var text in Operators)
        {
            if (!_source.AsSpan(_position).StartsWith(text, StringComparison.Ordinal))
                continue;
            if (text is "(" or "[" or "{")
                open.Push(text == "(" ? ")" : text == "[" ? "]" : "}");
            else if (text is ")" or "]" or "}" && (open.Count == 0 || open.Pop() != text))
                throw Error($"unexpected '{text}'");
            Add(TokenKind.Operator, text);
            _position += text.Length;
            return;
        }

        throw Error($"unexpected character '{_source[_position]}'");
    }

    private void ReadNumber()
    {
        var end = SkipDigits(_position);
        var isFloat = false;
        var afterDot = _tokens[^1].IsOperator(".");
        if (!afterDot && end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]))
        {
            isFloat = true;
            end = SkipDigits(end + 1);
        }

        if (!afterDot && end < _source.Length && _source[end] is 'e' or 'E')
        {
            var digits = end + 1 < _source.Length && _source[end + 1] is '+' or '-' ? end + 2 : end + 1;
            if (digits < _source.Length && char.IsAsciiDigit(_source[digits]))
            {
                isFloat = true;
                end = SkipDigits(digits);
            }
        }

        Add(isFloat ? TokenKind.Float : TokenKind.Integer, _source[_position..end].Replace("_", "", StringComparison.Ordinal));
        _position = end;
    }

    private int SkipDigits(int position)
    {
        while (position < _source.Length && (char.IsAsciiDigit(_source[position]) || _source[position] == '_'))
            position++;
        return position;
    }

    private void ReadString(char quote)
    {
        var line = _line;
        var text = new StringBuilder();
        var i = _position + 1;
        for (; i < _source.Length && _source[i] != quote; i++)
        {
            if (_source[i] == '\\' && i + 1 < _source.Length)
                i = ReadEscape(i + 1, text);
            else
                text.Append(_source[i]);
        }

        if (i >= _source.Length)
            throw Error($"the string that begins here with {quote} is not closed");
        _tokens.Add(new Token(TokenKind.String, text.ToString(), line));
        CountLines(_position, i);
        _position = i + 1;
    }

    /// <summary>Appends the escape whose letter is at <paramref name="i"/>; returns the position of its last character.</summary>
    private int ReadEscape(int i, StringBuilder text)
    {
        const string Simple = "n\nt\tr\rb\bf\fv\va\a\\\\''\"\"";
        for (var k = 0; k < Simple.Length; k += 2)
        {
            if (Simple[k] != _source[i])
                continue;
            text.Append(Simple[k + 1]);
            return i;
        }

        switch (_source[i])
        {
            case '\n':
                return i;
            case 'x':
                return ReadHex(i, 2, text);
            case 'u':
                return ReadHex(i, 4, text);
            case 'U':
                return ReadHex(i, 8, text);
            case >= '0' and <= '7':
                var end = i;
                var value = 0;
                while (end < i + 3 && end < _source.Length && _source[end] is >= '0' and <= '7')
                    value = (value * 8) + (_source[end++] - '0');
                text.Append((char)value);
                return end - 1;
            default:
                text.Append('\\').Append(_source[i]);
                return i;
        }
    }

    private int ReadHex(int i, int digits, StringBuilder text)
    {
        if (i + digits >= _source.Length
            || !uint.TryParse(_source.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value > 0x10FFFF)
        {
            throw Error($"'\\{_source[i]}' needs {digits} hexadecimal digits of a character");
        }

        if (value > 0xFFFF)
            text.Append(char.ConvertFromUtf32((int)value));
        else
            text.Append((char)value);
        return i + digits;
    }
}
