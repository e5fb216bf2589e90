using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <content>Expressions.</content>
internal sealed partial class Evaluator
{
    private object? EvaluateCaptured(Expression expression, string captured, Scope scope)
    {
        var outer = _captured;
        _captured = captured;
        var value = Evaluate(expression, scope);
        _captured = outer;
        return value;
    }

    private object? Evaluate(Expression expression, Scope scope)
    {
        _context.Enter();
        var value = expression switch
        {
            LiteralExpression literal => literal.Value,
            NameExpression name => scope.TryGet(name.Name, out var found) ? found : new UndefinedValue($"'{name.Name}' is undefined"),
            AttributeExpression attribute => Attribute(attribute, scope),
            ItemExpression item => Item(item, scope),
            SliceExpression slice => Slice(slice, scope),
            CallExpression call => Call(call, scope, caller: null),
            FilterExpression filter => Filter(filter, scope),
            TestExpression test => Test(test, scope),
            CapturedExpression => _captured,
            ListExpression list => List(list, scope),
            DictionaryExpression dictionary => Dictionary(dictionary, scope),
            UnaryExpression unary => Unary(unary, scope),
            BinaryExpression binary => Binary(binary, scope),
            CompareExpression compare => Compare(compare, scope),
            LogicalExpression logical => Logical(logical, scope),
            ConcatenationExpression concatenation => Concatenate(concatenation, scope),
            ConditionalExpression conditional => Conditional(conditional, scope),
            _ => throw new JinjaError($"{expression.GetType().Name} cannot be evaluated"),
        };
        _context.Leave();
        return value;
    }

    private object? Attribute(AttributeExpression attribute, Scope scope)
    {
        var target = Evaluate(attribute.Target, scope);
        _line = attribute.Line;
        return Members.Attribute(target, attribute.Name);
    }

    private object? Item(ItemExpression item, Scope scope)
    {
        var target = Evaluate(item.Target, scope);
        var key = Evaluate(item.Key, scope);
        _line = item.Line;
        return Members.Item(target, key);
    }

    private object? Slice(SliceExpression slice, Scope scope)
    {
        var target = Evaluate(slice.Target, scope);
        var bounds = new[] { slice.Start, slice.Stop, slice.Step }.Select(bound => bound is null ? null : Evaluate(bound, scope)).ToList();
        _line = slice.Line;
        var numbers = bounds.ConvertAll(bound => bound is null ? (long?)null : PyValue.ToInteger(bound, "slice indices"));
        return Members.Slice(target, numbers[0], numbers[1], numbers[2], _context);
    }

    private object? Call(CallExpression call, Scope scope, FunctionValue? caller)
    {
        var target = Evaluate(call.Target, scope);
        var (positional, named) = Arguments(call.Arguments, [], scope);
        if (caller is not null)
            named["caller"] = caller;
        _line = call.Line;
        _context.Step();
        return target switch
        {
            FunctionValue function => function.Body(new CallArguments(function.Name, positional, named, _context)),
            LoopValue loop => loop.Recurse(positional.Count == 1 ? positional[0] : throw new JinjaError("loop() takes one argument")),
            UndefinedValue undefined => throw undefined.ToError(),
            _ => throw new JinjaError($"'{PyValue.TypeName(target)}' object is not callable"),
        };
    }

    private object? Filter(FilterExpression filter, Scope scope)
    {
        var target = Evaluate(filter.Target, scope);
        var (positional, named) = Arguments(filter.Arguments, [target], scope);
        _line = filter.Line;
        return Filters.Apply(filter.Name, new CallArguments(filter.Name, positional, named, _context));
    }

    private bool Test(TestExpression test, Scope scope)
    {
        var target = Evaluate(test.Target, scope);
        var (positional, named) = Arguments(test.Arguments, [target], scope);
        _line = test.Line;
        return Tests.Apply(test.Name, new CallArguments(test.Name, positional, named, _context)) != test.IsNegated;
    }

    private (List<object?> Positional, Dictionary<string, object?> Named) Arguments(ArgumentList arguments, List<object?> positional, Scope scope)
    {
        foreach (var argument in arguments.Positional)
            positional.Add(Evaluate(argument, scope));
        if (arguments.Spread is not null)
            positional.AddRange(PyValue.Items(Evaluate(arguments.Spread, scope)));
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named)
            named[name] = Evaluate(value, scope);
        if (arguments.NamedSpread is not null)
        {
            if (Evaluate(arguments.NamedSpread, scope) is not DictionaryValue pairs)
                throw new JinjaError("'**' needs a dictionary");
            foreach (var (name, value) in pairs)
                named[PyFormat.ToText(name)] = value;
        }

        return (positional, named);
    }

    private ListValue List(ListExpression list, Scope scope)
    {
        _context.ChargeItems(list.Items.Count);
        var items = list.Items.Select(item => Evaluate(item, scope));
        return list.IsTuple ? new TupleValue(items) : new ListValue(items);
    }

    private DictionaryValue Dictionary(DictionaryExpression dictionary, Scope scope)
    {
        _context.ChargeItems(dictionary.Items.Count);
        var result = new DictionaryValue();
        foreach (var (key, value) in dictionary.Items)
            result[DictionaryValue.Key(Evaluate(key, scope))] = Evaluate(value, scope);
        return result;
    }

    private object? Unary(UnaryExpression unary, Scope scope)
    {
        var operand = Evaluate(unary.Operand, scope);
        _line = unary.Line;
        return unary.Operator switch
        {
            "not" => !PyValue.IsTrue(operand),
            "-" => operand is double number ? (object)-number : checked(-PyValue.ToInteger(operand, "the operand of '-'")),
            _ => operand is double ? operand : PyValue.ToInteger(operand, "the operand of '+'"),
        };
    }

    private object? Binary(BinaryExpression binary, Scope scope)
    {
        var left = Evaluate(binary.Left, scope);
        var right = Evaluate(binary.Right, scope);
        _line = binary.Line;
        return Operators.Apply(binary.Operator, left, right, _context);
    }

    private bool Compare(CompareExpression compare, Scope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (operation, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            _line = compare.Line;
            if (!Operators.Holds(operation, left, right))
                return false;
            left = right;
        }

        return true;
    }

    private object? Logical(LogicalExpression logical, Scope scope)
    {
        var left = Evaluate(logical.Left, scope);
        return PyValue.IsTrue(left) == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
    }

    private string Concatenate(ConcatenationExpression concatenation, Scope scope)
    {
        var result = new StringBuilder();
        foreach (var part in concatenation.Parts)
        {
            var text = PyFormat.ToText(Evaluate(part, scope));
            _context.Charge(text.Length);
            result.Append(text);
        }

        return result.ToString();
    }

    private object? Conditional(ConditionalExpression conditional, Scope scope)
    {
        if (PyValue.IsTrue(Evaluate(conditional.Condition, scope)))
            return Evaluate(conditional.Then, scope);
        return conditional.Else is null
            ? new UndefinedValue("the inline if-expression evaluated to false and no else section was defined")
            : Evaluate(conditional.Else, scope);
    }
}
