using System.Runtime.CompilerServices;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>The tokens of a template with the look-ahead and the depth limit that both parsers share.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private const int MaxDepth = 200;
    private int _position;
    private int _depth;

    public int Position => _position;

    public Token Current => tokens[_position];

    public Token Next => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public Token Take()
    {
        var token = tokens[_position];
        if (token.Kind != TokenKind.End)
            _position++;
        return token;
    }

    public bool SkipOperator(string text)
    {
        if (!Current.IsOperator(text))
            return false;
        _position++;
        return true;
    }

    public bool SkipName(string text)
    {
        if (!Current.IsName(text))
            return false;
        _position++;
        return true;
    }

    public void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
            throw Unexpected($"'{text}'");
    }

    public void ExpectName(string text)
    {
        if (!SkipName(text))
            throw Unexpected($"'{text}'");
    }

    public string ExpectIdentifier()
    {
        if (Current.Kind != TokenKind.Name)
            throw Unexpected("a name");
        return Take().Text;
    }

    public void ExpectBlockEnd()
    {
        if (Current.Kind != TokenKind.BlockEnd)
            throw Unexpected("'%}'");
        _position++;
    }

    /// <summary>True if a name occurs from a position on up to the current one.</summary>
    public bool HasName(string name, int from)
    {
        for (var i = from; i < _position; i++)
        {
            if (tokens[i].IsName(name))
                return true;
        }

        return false;
    }

    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new ChatTemplateException($"nested deeper than {MaxDepth} levels", Current.Line);
    }

    public void Leave() => _depth--;

    public ChatTemplateException Unexpected(string expected) => new($"expected {expected}, found {Current.Describe()}", Current.Line);
}
