using System.Globalization;
using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Parses expressions by Jinja's precedence: ternary, or, and, not, comparison, sum, <c>~</c>, product, power, sign, postfix, filter.</summary>
internal sealed partial class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] ComparisonOperators = ["==", "!=", "<", "<=", ">", ">="];

    public Expression Parse(bool withConditional = true)
    {
        tokens.Enter();
        var expression = withConditional ? ParseConditional() : ParseOr();
        tokens.Leave();
        return expression;
    }

    private Expression ParseConditional()
    {
        var result = ParseOr();
        while (tokens.Current.IsName("if"))
        {
            var line = tokens.Take().Line;
            var condition = ParseOr();
            var otherwise = tokens.SkipName("else") ? Parse() : null;
            result = new ConditionalExpression(condition, result, otherwise, line);
        }

        return result;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.Current.IsName("or"))
            left = new LogicalExpression(IsAnd: false, left, Operand(ParseAnd, out var line), line);
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.Current.IsName("and"))
            left = new LogicalExpression(IsAnd: true, left, Operand(ParseNot, out var line), line);
        return left;
    }

    private Expression ParseNot()
    {
        if (!tokens.Current.IsName("not"))
            return ParseComparison();
        tokens.Enter();
        var expression = new UnaryExpression("not", Operand(ParseNot, out var line), line);
        tokens.Leave();
        return expression;
    }

    private Expression ParseComparison()
    {
        var line = tokens.Current.Line;
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && ComparisonOperators.Contains(tokens.Current.Text))
            {
                rest.Add((tokens.Take().Text, ParseSum()));
            }
            else if (tokens.SkipName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
            {
                tokens.Take();
                tokens.Take();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareExpression(first, rest, line);
            }
        }
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!tokens.Current.IsOperator("~"))
            return first;
        var line = tokens.Current.Line;
        var parts = new List<Expression> { first };
        while (tokens.SkipOperator("~"))
            parts.Add(ParseProduct());
        return new ConcatenationExpression(parts, line);
    }

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseUnary(), "**");

    private Expression ParseBinary(Func<Expression> parseOperand, params ReadOnlySpan<string> operators)
    {
        var left = parseOperand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Text))
        {
            var token = tokens.Take();
            left = new BinaryExpression(token.Text, left, parseOperand(), token.Line);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilter = true)
    {
        Expression expression;
        if (tokens.Current.IsOperator("-") || tokens.Current.IsOperator("+"))
        {
            tokens.Enter();
            var token = tokens.Take();
            expression = new UnaryExpression(token.Text, ParseUnary(withFilter: false), token.Line);
            tokens.Leave();
        }
        else
        {
            expression = ParsePrimary();
        }

        expression = ParsePostfix(expression);
        return withFilter ? ParseFiltersAndTests(expression) : expression;
    }

    private Expression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(token);
            case TokenKind.String:
                return new LiteralExpression(ParseStrings(token.Text), token.Line);
            case TokenKind.Integer:
                if (!long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer))
                    throw new ChatTemplateException($"the number {token.Text} is too large", token.Line);
                return new LiteralExpression(integer, token.Line);
            case TokenKind.Float:
                return new LiteralExpression(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture), token.Line);
            case TokenKind.Operator when token.Text == "(":
                return ParseParentheses(token.Line);
            case TokenKind.Operator when token.Text == "[":
                return new ListExpression(ParseItems("]"), IsTuple: false, token.Line);
            case TokenKind.Operator when token.Text == "{":
                return ParseDictionary(token.Line);
            default:
                throw new ChatTemplateException($"expected an expression, found {token.Describe()}", token.Line);
        }
    }

    /// <summary>Strings that follow each other are one, as in Python.</summary>
    private string ParseStrings(string first)
    {
        if (tokens.Current.Kind != TokenKind.String)
            return first;
        var text = new StringBuilder(first);
        while (tokens.Current.Kind == TokenKind.String)
            text.Append(tokens.Take().Text);
        return text.ToString();
    }

    private static Expression ParseName(Token token) => token.Text switch
    {
        "true" or "True" => new LiteralExpression(true, token.Line),
        "false" or "False" => new LiteralExpression(false, token.Line),
        "none" or "None" => new LiteralExpression(null, token.Line),
        _ => new NameExpression(token.Text, token.Line),
    };

    private Expression ParseParentheses(int line)
    {
        if (tokens.SkipOperator(")"))
            return new ListExpression([], IsTuple: true, line);
        var first = Parse();
        if (tokens.SkipOperator(")"))
            return first;
        tokens.ExpectOperator(",");
        return new ListExpression([first, .. ParseItems(")")], IsTuple: true, line);
    }

    private List<Expression> ParseItems(string close)
    {
        var items = new List<Expression>();
        while (!tokens.SkipOperator(close))
        {
            items.Add(Parse());
            if (!tokens.Current.IsOperator(close))
                tokens.ExpectOperator(",");
        }

        return items;
    }

    private DictionaryExpression ParseDictionary(int line)
    {
        var items = new List<(Expression, Expression)>();
        while (!tokens.SkipOperator("}"))
        {
            var key = Parse();
            tokens.ExpectOperator(":");
            items.Add((key, Parse()));
            if (!tokens.Current.IsOperator("}"))
                tokens.ExpectOperator(",");
        }

        return new DictionaryExpression(items, line);
    }

    private Expression Operand(Func<Expression> parse, out int line)
    {
        line = tokens.Take().Line;
        return parse();
    }
}
