using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>
/// Splits a template into text and tags, with the whitespace rules that transformers sets: <c>trim_blocks</c> and <c>lstrip_blocks</c> on,
/// one newline at the end of the source dropped.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        var normalized = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (normalized.EndsWith('\n'))
            normalized = normalized[..^1];
        var lexer = new Lexer(normalized);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (_position < _source.Length)
        {
            var tag = FindTag(_position);
            if (tag < 0)
            {
                AddText(_source[_position..]);
                break;
            }

            ReadTag(tag);
        }

        Add(TokenKind.End, "");
    }

    private int FindTag(int from)
    {
        for (var i = _source.IndexOf('{', from); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '{' or '%' or '#')
                return i;
        }

        return -1;
    }

    private void ReadTag(int tag)
    {
        var kind = _source[tag + 1];
        var sign = tag + 2 < _source.Length && _source[tag + 2] is '-' or '+' ? _source[tag + 2] : '\0';
        AddText(StripBeforeTag(_source[_position..tag], sign, isVariable: kind == '{'), _source[_position..tag]);
        var start = tag + 2 + (sign == '\0' ? 0 : 1);
        _lineStarting = false;
        if (kind == '#')
        {
            SkipComment(start);
        }
        else if (kind == '%' && TryMatchRaw(start, out var bodyStart))
        {
            ReadRaw(bodyStart);
        }
        else
        {
            Add(kind == '{' ? TokenKind.VariableBegin : TokenKind.BlockBegin, "");
            _position = start;
            ReadExpression(kind == '{');
        }
    }

    /// <summary>The text before a tag after the tag's own minus sign, or after <c>lstrip_blocks</c>.</summary>
    private string StripBeforeTag(string text, char sign, bool isVariable)
    {
        if (sign == '-')
            return PyText.TrimEnd(text);
        if (sign == '+' || isVariable)
            return text;
        var lineStart = text.LastIndexOf('\n') + 1;
        if (lineStart == 0 && !_lineStarting)
            return text;
        return PyText.IsSpace(text.AsSpan(lineStart)) ? text[..lineStart] : text;
    }

    private void SkipComment(int start)
    {
        var end = _source.IndexOf("#}", start, StringComparison.Ordinal);
        if (end < 0)
            throw Error("the comment that begins here with '{#' has no '#}'");
        CountLines(_position, end);
        EndTag(end, end > start ? _source[end - 1] : '\0', eatsNewline: true);
    }

    private bool TryMatchRaw(int start, out int bodyStart)
    {
        bodyStart = 0;
        var i = PyText.SkipSpace(_source, start);
        if (!_source.AsSpan(i).StartsWith("raw", StringComparison.Ordinal))
            return false;
        i = PyText.SkipSpace(_source, i + 3);
        if (_source.AsSpan(i).StartsWith("-%}", StringComparison.Ordinal))
            bodyStart = PyText.SkipSpace(_source, i + 3);
        else if (_source.AsSpan(i).StartsWith("%}", StringComparison.Ordinal))
            bodyStart = i + 2;
        return bodyStart > 0;
    }

    private void ReadRaw(int bodyStart)
    {
        CountLines(_position, bodyStart);
        for (var i = _source.IndexOf("{%", bodyStart, StringComparison.Ordinal); i >= 0; i = _source.IndexOf("{%", i + 2, StringComparison.Ordinal))
        {
            var sign = i + 2 < _source.Length && _source[i + 2] is '-' or '+' ? _source[i + 2] : '\0';
            var name = PyText.SkipSpace(_source, i + 2 + (sign == '\0' ? 0 : 1));
            if (!_source.AsSpan(name).StartsWith("endraw", StringComparison.Ordinal))
                continue;
            var close = PyText.SkipSpace(_source, name + 6);
            var closeSign = close < _source.Length && _source[close] is '-' or '+' ? _source[close] : '\0';
            close += closeSign == '\0' ? 0 : 1;
            if (!_source.AsSpan(close).StartsWith("%}", StringComparison.Ordinal))
                continue;
            _position = bodyStart;
            var body = _source[bodyStart..i];
            AddText(StripBeforeTag(body, sign, isVariable: false), body);
            CountLines(i, close);
            EndTag(close, closeSign, eatsNewline: true);
            return;
        }

        throw Error("'{% raw %}' has no '{% endraw %}'");
    }

    /// <summary>Steps over the two closing characters at <paramref name="close"/> and what the sign or <c>trim_blocks</c> removes after them.</summary>
    private void EndTag(int close, char sign, bool eatsNewline)
    {
        var next = close + 2;
        if (sign == '-')
            next = PyText.SkipSpace(_source, next);
        else if (sign != '+' && eatsNewline && next < _source.Length && _source[next] == '\n')
            next++;
        CountLines(close, next);
        _position = next;
        _lineStarting = _source[next - 1] == '\n';
    }

    private void AddText(string text, string? original = null)
    {
        if (text.Length > 0)
            Add(TokenKind.Text, text);
        original ??= text;
        foreach (var character in original)
            _line += character == '\n' ? 1 : 0;
    }

    private void CountLines(int from, int to)
    {
        for (var i = from; i < to; i++)
            _line += _source[i] == '\n' ? 1 : 0;
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));

    private ChatTemplateException Error(string reason) => new(reason, _line);
}
