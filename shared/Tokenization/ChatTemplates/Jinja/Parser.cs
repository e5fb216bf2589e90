namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Parses a whole template into statements.</summary>
internal sealed class Parser
{
    private static readonly string[] Refused = ["include", "import", "from", "extends", "block", "autoescape", "trans", "do", "debug"];
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loopDepth;

    private Parser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new ExpressionParser(tokens);
    }

    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new Parser(new TokenStream(Lexer.Tokenize(source)));
        var body = parser.ParseBody();
        if (parser._tokens.Current.Kind == TokenKind.BlockBegin)
            throw new ChatTemplateException($"'{{% {parser._tokens.Next.Text} %}}' closes nothing", parser._tokens.Current.Line);
        return body;
    }

    /// <summary>Statements up to the tag (not taken) whose name is one of <paramref name="endNames"/>, or up to an unknown closing tag or the end.</summary>
    private List<Statement> ParseBody(params ReadOnlySpan<string> endNames)
    {
        _tokens.Enter();
        var body = new List<Statement>();
        while (_tokens.Current.Kind != TokenKind.End && !IsEnd(endNames))
            body.Add(ParseStatement());
        _tokens.Leave();
        return body;
    }

    private bool IsEnd(ReadOnlySpan<string> endNames)
    {
        if (_tokens.Current.Kind != TokenKind.BlockBegin || _tokens.Next.Kind != TokenKind.Name)
            return false;
        var name = _tokens.Next.Text;
        return endNames.Contains(name) || name.StartsWith("end", StringComparison.Ordinal) || name is "else" or "elif";
    }

    private Statement ParseStatement()
    {
        var token = _tokens.Take();
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new TextStatement(token.Text, token.Line);
            case TokenKind.VariableBegin:
                var value = _expressions.ParseTuple();
                if (_tokens.Current.Kind != TokenKind.VariableEnd)
                    throw _tokens.Unexpected("'}}'");
                _tokens.Take();
                return new PrintStatement(value, token.Line);
            case TokenKind.BlockBegin:
                return ParseTag(token.Line);
            default:
                throw new ChatTemplateException($"unexpected {token.Describe()}", token.Line);
        }
    }

    private Statement ParseTag(int line)
    {
        var name = _tokens.ExpectIdentifier();
        switch (name)
        {
            case "if":
                return ParseIf(line);
            case "for":
                return ParseFor(line);
            case "set":
                return ParseSet(line);
            case "macro":
                return ParseMacro(line);
            case "call":
                return ParseCallBlock(line);
            case "with":
                return ParseWith(line);
            case "filter":
                var chain = _expressions.ParseFilterChain(new CapturedExpression(line), startsWithBar: false);
                return new FilterBlockStatement(chain, ParseRest("endfilter", line), line);
            case "generation":
                return new GenerationStatement(ParseRest("endgeneration", line), line);
            case "break" or "continue":
                if (_loopDepth == 0)
                    throw new ChatTemplateException($"'{name}' outside of a loop", line);
                _tokens.ExpectBlockEnd();
                return new LoopControlStatement(name == "break", line);
            default:
                var known = Refused.Contains(name) ? "is not supported in chat templates" : "is not a tag of chat templates";
                throw new ChatTemplateException($"'{name}' {known}", line);
        }
    }

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        IReadOnlyList<Statement> otherwise = [];
        do
        {
            var condition = _expressions.ParseTuple(withConditional: false);
            _tokens.ExpectBlockEnd();
            branches.Add((condition, ParseBody("elif", "else", "endif")));
        }
        while (SkipTag("elif"));

        if (SkipTag("else"))
        {
            _tokens.ExpectBlockEnd();
            otherwise = ParseBody("endif");
        }

        Close("endif", line);
        return new IfStatement(branches, otherwise, line);
    }

    private ForStatement ParseFor(int line)
    {
        var target = ParseTarget(allowAttribute: false);
        _tokens.ExpectName("in");
        var sequence = _expressions.ParseTuple(withConditional: false);
        var filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.SkipName("recursive");
        _tokens.ExpectBlockEnd();
        _loopDepth++;
        var body = ParseBody("else", "endfor");
        _loopDepth--;
        IReadOnlyList<Statement> otherwise = [];
        if (SkipTag("else"))
        {
            _tokens.ExpectBlockEnd();
            otherwise = ParseBody("endfor");
        }

        Close("endfor", line);
        return new ForStatement(target, sequence, filter, body, otherwise, isRecursive, line);
    }

    private Statement ParseSet(int line)
    {
        var target = ParseTarget(allowAttribute: true);
        if (_tokens.SkipOperator("="))
        {
            var value = _expressions.ParseTuple();
            _tokens.ExpectBlockEnd();
            return new SetStatement(target, value, line);
        }

        var chain = _expressions.ParseFilterChain(new CapturedExpression(line), startsWithBar: true);
        return new SetBlockStatement(target, chain, ParseRest("endset", line), line);
    }

    private MacroStatement ParseMacro(int line)
    {
        var name = _tokens.ExpectIdentifier();
        _tokens.ExpectOperator("(");
        var signature = ParseSignature();
        var start = _tokens.Position;
        var body = ParseFunctionBody("endmacro", line);
        return new MacroStatement(name, WithUses(signature, start), body, line);
    }

    private CallBlockStatement ParseCallBlock(int line)
    {
        var signature = _tokens.SkipOperator("(") ? ParseSignature() : new MacroSignature([]);
        var call = _expressions.ParseCall();
        var start = _tokens.Position;
        var body = ParseFunctionBody("endcall", line);
        return new CallBlockStatement(call, WithUses(signature, start), body, line);
    }

    private MacroSignature WithUses(MacroSignature signature, int start) => signature with
    {
        TakesMore = _tokens.HasName("varargs", start),
        TakesNamed = _tokens.HasName("kwargs", start),
        TakesCaller = _tokens.HasName("caller", start) || signature.Parameters.Any(parameter => parameter.Name == "caller"),
    };

    /// <summary>A loop around a macro does not make <c>break</c> valid inside of it.</summary>
    private List<Statement> ParseFunctionBody(string endName, int line)
    {
        var outerLoops = _loopDepth;
        _loopDepth = 0;
        var body = ParseRest(endName, line);
        _loopDepth = outerLoops;
        return body;
    }

    private WithStatement ParseWith(int line)
    {
        var assignments = new List<(AssignmentTarget, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _tokens.ExpectOperator(",");
            var target = ParseTarget(allowAttribute: false, allowTuple: false);
            _tokens.ExpectOperator("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new WithStatement(assignments, ParseRest("endwith", line), line);
    }

    private MacroSignature ParseSignature()
    {
        var parameters = new List<(string, Expression?)>();
        while (!_tokens.SkipOperator(")"))
        {
            var line = _tokens.Current.Line;
            var name = _tokens.ExpectIdentifier();
            var value = _tokens.SkipOperator("=") ? _expressions.Parse() : null;
            if (value is null && parameters.Count > 0 && parameters[^1].Item2 is not null)
                throw new ChatTemplateException($"parameter '{name}' without a default stands after one with a default", line);
            parameters.Add((name, value));
            if (!_tokens.Current.IsOperator(")"))
                _tokens.ExpectOperator(",");
        }

        return new MacroSignature(parameters);
    }

    private AssignmentTarget ParseTarget(bool allowAttribute, bool allowTuple = true)
    {
        var items = new List<AssignmentTarget>();
        do
        {
            if (items.Count > 0 && _tokens.Current.Kind != TokenKind.Name && !_tokens.Current.IsOperator("("))
                break;
            items.Add(ParseSingleTarget(allowAttribute));
        }
        while (allowTuple && _tokens.SkipOperator(","));

        return items.Count == 1 ? items[0] : new TupleTarget(items);
    }

    private AssignmentTarget ParseSingleTarget(bool allowAttribute)
    {
        if (_tokens.SkipOperator("("))
        {
            _tokens.Enter();
            var inner = ParseTarget(allowAttribute);
            _tokens.ExpectOperator(")");
            _tokens.Leave();
            return inner;
        }

        var line = _tokens.Current.Line;
        var name = _tokens.ExpectIdentifier();
        if (name is "true" or "false" or "none" or "True" or "False" or "None")
            throw new ChatTemplateException($"'{name}' cannot be assigned", line);
        if (!allowAttribute || !_tokens.SkipOperator("."))
            return new NameTarget(name);
        return new AttributeTarget(name, _tokens.ExpectIdentifier());
    }

    /// <summary>The end of an opening tag, its body and its closing tag.</summary>
    private List<Statement> ParseRest(string endName, int line)
    {
        _tokens.ExpectBlockEnd();
        var body = ParseBody(endName);
        Close(endName, line);
        return body;
    }

    private bool SkipTag(string name)
    {
        if (_tokens.Current.Kind != TokenKind.BlockBegin || !_tokens.Next.IsName(name))
            return false;
        _tokens.Take();
        _tokens.Take();
        return true;
    }

    private void Close(string endName, int openedAt)
    {
        if (!SkipTag(endName))
        {
            var found = _tokens.Current.Kind == TokenKind.BlockBegin ? $"'{{% {_tokens.Next.Text} %}}'" : _tokens.Current.Describe();
            throw new ChatTemplateException($"expected '{{% {endName} %}}' for the tag opened in line {openedAt}, found {found}", _tokens.Current.Line);
        }

        // Jinja allows the name of the block or macro after the closing word.
        if (_tokens.Current.Kind == TokenKind.Name)
            _tokens.Take();
        _tokens.ExpectBlockEnd();
    }
}
