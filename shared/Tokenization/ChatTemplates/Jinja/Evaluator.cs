using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Runs the statements of one rendering.</summary>
internal sealed partial class Evaluator
{
    private readonly RenderContext _context;
    private StringBuilder _output = new();
    private string _captured = "";
    private int _line;

    private Evaluator(RenderContext context) => _context = context;

    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    public static string Render(IReadOnlyList<Statement> template, IEnumerable<KeyValuePair<string, object?>> variables, RenderContext context)
    {
        var evaluator = new Evaluator(context);
        using var account = context.MakeCurrent();
        try
        {
            var globals = new Scope(null);
            Globals.AddTo(globals);
            var scope = new Scope(globals);
            foreach (var (name, value) in variables)
                scope[name] = PyValue.FromClr(value);
            evaluator.Execute(template, scope);
            return evaluator._output.ToString();
        }
        catch (JinjaError error)
        {
            throw new ChatTemplateException(error.Message, evaluator._line, error);
        }
        catch (OverflowException error)
        {
            throw new ChatTemplateException("a number is too large", evaluator._line, error);
        }
    }

    private Flow Execute(IReadOnlyList<Statement> body, Scope scope)
    {
        _context.Enter();
        var flow = Flow.Normal;
        for (var i = 0; i < body.Count && flow == Flow.Normal; i++)
        {
            _line = body[i].Line;
            flow = Execute(body[i], scope);
        }

        _context.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        _context.Step();
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text);
                return Flow.Normal;
            case PrintStatement print:
                Write(PyFormat.ToText(Evaluate(print.Value, scope)));
                return Flow.Normal;
            case IfStatement branches:
                foreach (var (condition, body) in branches.Branches)
                {
                    if (PyValue.IsTrue(Evaluate(condition, scope)))
                        return Execute(body, scope);
                }

                return Execute(branches.Else, scope);
            case ForStatement loop:
                RunLoop(loop, Evaluate(loop.Sequence, scope), scope, depth: 0);
                return Flow.Normal;
            case LoopControlStatement control:
                return control.IsBreak ? Flow.Break : Flow.Continue;
            case GenerationStatement generation:
                return Execute(generation.Body, scope);
            case WithStatement with:
                var inner = new Scope(scope);
                foreach (var (target, value) in with.Assignments)
                    Assign(target, Evaluate(value, scope), inner);
                return Execute(with.Body, inner);
            default:
                ExecuteAssignment(statement, scope);
                return Flow.Normal;
        }
    }

    private void ExecuteAssignment(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case SetStatement set:
                Assign(set.Target, Evaluate(set.Value, scope), scope);
                break;
            case SetBlockStatement block:
                Assign(block.Target, EvaluateCaptured(block.Value, Capture(block.Body, new Scope(scope)), scope), scope);
                break;
            case FilterBlockStatement filter:
                Write(PyFormat.ToText(EvaluateCaptured(filter.Value, Capture(filter.Body, new Scope(scope)), scope)));
                break;
            case MacroStatement macro:
                scope[macro.Name] = Macro(macro.Name, macro.Signature, macro.Body, scope);
                break;
            case CallBlockStatement call:
                var caller = Macro("caller", call.Signature, call.Body, scope);
                Write(PyFormat.ToText(Call(call.Call, scope, caller)));
                break;
            default:
                throw new JinjaError($"{statement.GetType().Name} cannot be run");
        }
    }

    private void RunLoop(ForStatement loop, object? sequence, Scope scope, int depth)
    {
        var items = PyValue.Items(sequence);
        if (loop.Filter is not null)
            items = items.Where(item => PassesFilter(loop, item, scope)).ToList();
        var value = new LoopValue(items, depth, loop.IsRecursive ? (children, level) => Recurse(loop, children, scope, level) : null);
        for (var i = 0; i < items.Count; i++)
        {
            value.Index = i;
            var inner = new Scope(scope);
            Assign(loop.Target, items[i], inner);
            inner["loop"] = value;
            if (Execute(loop.Body, inner) == Flow.Break)
                break;
        }

        if (items.Count == 0)
            Execute(loop.Else, new Scope(scope));
    }

    private bool PassesFilter(ForStatement loop, object? item, Scope scope)
    {
        var inner = new Scope(scope);
        Assign(loop.Target, item, inner);
        return PyValue.IsTrue(Evaluate(loop.Filter!, inner));
    }

    private string Recurse(ForStatement loop, object? children, Scope scope, int depth)
    {
        _context.Enter();
        var outer = BeginCapture();
        RunLoop(loop, children, scope, depth);
        _context.Leave();
        return EndCapture(outer);
    }

    private FunctionValue Macro(string name, MacroSignature signature, IReadOnlyList<Statement> body, Scope definition) => new(name, arguments =>
    {
        var scope = new Scope(definition);
        Bind(name, signature, arguments, scope);
        return Capture(body, scope);
    });

    private void Bind(string name, MacroSignature signature, CallArguments arguments, Scope scope)
    {
        var parameters = signature.Parameters;
        var named = new Dictionary<string, object?>(arguments.Named, StringComparer.Ordinal);
        for (var i = 0; i < parameters.Count; i++)
        {
            var (parameter, fallback) = parameters[i];
            if (i < arguments.Positional.Count)
            {
                if (named.ContainsKey(parameter))
                    throw new JinjaError($"macro '{name}' got two values for the argument '{parameter}'");
                scope[parameter] = arguments.Positional[i];
            }
            else if (named.Remove(parameter, out var value))
            {
                scope[parameter] = value;
            }
            else
            {
                scope[parameter] = fallback is null ? new UndefinedValue($"parameter '{parameter}' was not provided") : Evaluate(fallback, scope);
            }
        }

        if (signature.TakesCaller)
            scope["caller"] = named.Remove("caller", out var caller) ? caller : new UndefinedValue("'caller' is undefined");
        if (arguments.Positional.Count > parameters.Count && !signature.TakesMore)
            throw new JinjaError($"macro '{name}' takes not more than {parameters.Count} argument(s)");
        if (named.Count > 0 && !signature.TakesNamed)
            throw new JinjaError($"macro '{name}' takes no keyword argument '{named.Keys.First()}'");
        scope["varargs"] = new TupleValue(arguments.Positional.Skip(parameters.Count));
        scope["kwargs"] = PyValue.FromPairs(named);
    }

    private void Assign(AssignmentTarget target, object? value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope[name.Name] = value;
                break;
            case AttributeTarget attribute:
                if (!scope.TryGet(attribute.Name, out var owner) || owner is not NamespaceValue space)
                    throw new JinjaError("cannot assign attribute on non-namespace object");
                space.Attributes[attribute.Attribute] = value;
                break;
            case TupleTarget tuple:
                var items = PyValue.Items(value);
                if (items.Count != tuple.Items.Count)
                    throw new JinjaError($"cannot unpack {items.Count} values into {tuple.Items.Count} names");
                for (var i = 0; i < items.Count; i++)
                    Assign(tuple.Items[i], items[i], scope);
                break;
        }
    }

    private void Write(string text)
    {
        _context.Charge(text.Length);
        if (_output.Length + text.Length > _context.Limits.MaxOutputLength)
            throw new JinjaError($"the rendered text is longer than {_context.Limits.MaxOutputLength} characters");
        _output.Append(text);
    }

    private string Capture(IReadOnlyList<Statement> body, Scope scope)
    {
        var outer = BeginCapture();
        Execute(body, scope);
        return EndCapture(outer);
    }

    private StringBuilder BeginCapture()
    {
        var outer = _output;
        _output = new StringBuilder();
        return outer;
    }

    private string EndCapture(StringBuilder outer)
    {
        var text = _output.ToString();
        _output = outer;
        return text;
    }
}
