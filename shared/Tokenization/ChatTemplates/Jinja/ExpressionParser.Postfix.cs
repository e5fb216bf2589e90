namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <content>What follows a value: attributes, subscripts, calls, filters and tests; and the tuples without parentheses of statements.</content>
internal sealed partial class ExpressionParser
{
    /// <summary>An expression, or a tuple where commas follow: <c>{{ a, b }}</c>, <c>{% for x in a, b %}</c>.</summary>
    public Expression ParseTuple(bool withConditional = true)
    {
        var line = tokens.Current.Line;
        var first = Parse(withConditional);
        if (!tokens.Current.IsOperator(","))
            return first;
        var items = new List<Expression> { first };
        while (tokens.SkipOperator(",") && tokens.Current.Kind is not (TokenKind.BlockEnd or TokenKind.VariableEnd))
            items.Add(Parse(withConditional));
        return new ListExpression(items, IsTuple: true, line);
    }

    /// <summary>Filters written without a value before them: <c>upper | trim</c>.</summary>
    public Expression ParseFilterChain(Expression target, bool startsWithBar)
    {
        if (startsWithBar && !tokens.Current.IsOperator("|"))
            return target;
        if (startsWithBar)
            tokens.Take();
        do
        {
            target = ParseFilter(target);
        }
        while (tokens.SkipOperator("|"));

        return target;
    }

    public CallExpression ParseCall()
    {
        var line = tokens.Current.Line;
        return Parse() as CallExpression ?? throw new ChatTemplateException("'call' needs a call of a macro", line);
    }

    private Expression ParsePostfix(Expression target)
    {
        while (true)
        {
            var line = tokens.Current.Line;
            if (tokens.SkipOperator("."))
                target = ParseAttribute(target, line);
            else if (tokens.SkipOperator("["))
                target = ParseSubscript(target, line);
            else if (tokens.SkipOperator("("))
                target = new CallExpression(target, ParseArguments(), line);
            else
                return target;
        }
    }

    private Expression ParseFiltersAndTests(Expression target)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
                target = ParseFilter(target);
            else if (tokens.Current.IsName("is"))
                target = ParseTest(target);
            else if (tokens.Current.IsOperator("("))
                target = ParsePostfix(target);
            else
                return target;
        }
    }

    private Expression ParseAttribute(Expression target, int line)
    {
        if (tokens.Current.Kind == TokenKind.Integer)
            return new ItemExpression(target, ParsePrimary(), line);
        return new AttributeExpression(target, tokens.ExpectIdentifier(), line);
    }

    private Expression ParseSubscript(Expression target, int line)
    {
        var start = tokens.Current.IsOperator(":") ? null : Parse();
        if (tokens.SkipOperator("]"))
            return new ItemExpression(target, start!, line);
        if (tokens.SkipOperator(","))
            return new ItemExpression(target, new ListExpression([start!, .. ParseItems("]")], IsTuple: true, line), line);
        tokens.ExpectOperator(":");
        var stop = tokens.Current.IsOperator(":") || tokens.Current.IsOperator("]") ? null : Parse();
        Expression? step = null;
        if (tokens.SkipOperator(":") && !tokens.Current.IsOperator("]"))
            step = Parse();
        tokens.ExpectOperator("]");
        return new SliceExpression(target, start, stop, step, line);
    }

    private FilterExpression ParseFilter(Expression target)
    {
        var line = tokens.Current.Line;
        var name = ParseDottedName();
        return new FilterExpression(target, name, tokens.SkipOperator("(") ? ParseArguments() : ArgumentList.Empty, line);
    }

    private TestExpression ParseTest(Expression target)
    {
        var line = tokens.Take().Line;
        var isNegated = tokens.SkipName("not");
        var name = ParseDottedName();
        var arguments = ArgumentList.Empty;
        if (tokens.SkipOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument(tokens.Current))
        {
            if (tokens.Current.IsName("is"))
                throw new ChatTemplateException("tests cannot be chained with 'is'; join them with 'and'", tokens.Current.Line);
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], []);
        }

        return new TestExpression(target, name, arguments, isNegated, line);
    }

    private static bool StartsTestArgument(Token token) => token.Kind switch
    {
        TokenKind.Name => token.Text is not ("else" or "or" or "and" or "if" or "in" or "not" or "recursive"),
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Operator => token.Text is "(" or "[" or "{",
        _ => false,
    };

    private string ParseDottedName()
    {
        var name = tokens.ExpectIdentifier();
        while (tokens.SkipOperator("."))
            name += "." + tokens.ExpectIdentifier();
        return name;
    }

    /// <summary>Arguments up to and with the closing parenthesis; the opening one is already taken.</summary>
    private ArgumentList ParseArguments()
    {
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null;
        Expression? namedSpread = null;
        while (!tokens.SkipOperator(")"))
        {
            var line = tokens.Current.Line;
            if (tokens.SkipOperator("**"))
                namedSpread = Parse();
            else if (tokens.SkipOperator("*"))
                spread = Parse();
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Next.IsOperator("="))
                named.Add(ParseNamedArgument());
            else if (named.Count > 0 || namedSpread is not null)
                throw new ChatTemplateException("an argument without a name stands after one with a name", line);
            else
                positional.Add(Parse());
            if (!tokens.Current.IsOperator(")"))
                tokens.ExpectOperator(",");
        }

        return new ArgumentList(positional, named, spread, namedSpread);
    }

    private (string Name, Expression Value) ParseNamedArgument()
    {
        var name = tokens.Take().Text;
        tokens.ExpectOperator("=");
        return (name, Parse());
    }
}
