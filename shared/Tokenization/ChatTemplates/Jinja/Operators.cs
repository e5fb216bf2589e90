using System.Text;

namespace FineTunePipeline.Tokenization.ChatTemplates.Jinja;

/// <summary>Python's arithmetic and comparison operators.</summary>
internal static class Operators
{
    public static object? Apply(string operation, object? left, object? right, RenderContext context)
    {
        if (left is UndefinedValue undefinedLeft)
            throw undefinedLeft.ToError();
        if (right is UndefinedValue undefinedRight && !(operation == "%" && left is string))
            throw undefinedRight.ToError();
        switch (operation, left, right)
        {
            case ("+", string a, string b):
                context.Charge((long)a.Length + b.Length);
                return a + b;
            case ("+", TupleValue a, TupleValue b):
                context.ChargeItems((long)a.Count + b.Count);
                return new TupleValue(a.Concat(b));
            case ("+", ListValue a, ListValue b) when a is not TupleValue && b is not TupleValue:
                context.ChargeItems((long)a.Count + b.Count);
                return new ListValue(a.Concat(b));
            case ("%", string format, _):
                return context.Created(PercentFormat.Apply(format, right));
            case ("*", string or ListValue, long or bool):
                return Repeat(left, PyValue.ToInteger(right, "*"), context);
            case ("*", long or bool, string or ListValue):
                return Repeat(right, PyValue.ToInteger(left, "*"), context);
        }

        if (!PyValue.IsNumber(left) || !PyValue.IsNumber(right))
        {
            throw new JinjaError(
                $"unsupported operand type(s) for {operation}: '{PyValue.TypeName(left)}' and '{PyValue.TypeName(right)}'");
        }

        return left is double || right is double || operation == "/"
            ? Floats(operation, PyValue.ToDouble(left), PyValue.ToDouble(right))
            : Integers(operation, PyValue.ToInteger(left, operation), PyValue.ToInteger(right, operation));
    }

    public static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => PyComparison.AreEqual(left, right),
        "!=" => !PyComparison.AreEqual(left, right),
        "in" => PyComparison.Contains(right, left),
        "not in" => !PyComparison.Contains(right, left),
        "<" => PyComparison.Compare(left, right, operation) < 0,
        "<=" => PyComparison.Compare(left, right, operation) <= 0,
        ">" => PyComparison.Compare(left, right, operation) > 0,
        ">=" => PyComparison.Compare(left, right, operation) >= 0,
        _ => throw new JinjaError($"unknown operator '{operation}'"),
    };

    private static object Integers(string operation, long left, long right)
    {
        switch (operation)
        {
            case "+":
                return checked(left + right);
            case "-":
                return checked(left - right);
            case "*":
                return checked(left * right);
            case "//" or "%" when right == 0:
                throw new JinjaError("division by zero");
            case "//":
                var quotient = checked(left / right);
                return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
            case "%":
                var remainder = right == -1 ? 0 : left % right;
                return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder;
            case "**" when right < 0:
                return Math.Pow(left, right);
            case "**":
                return Power(left, right);
            default:
                throw new JinjaError($"unknown operator '{operation}'");
        }
    }

    private static long Power(long value, long exponent)
    {
        if (value is 0 or 1 or -1)
            return exponent == 0 ? 1 : value == -1 && exponent % 2 == 0 ? 1 : value;
        var result = 1L;
        for (var i = 0L; i < exponent; i++)
            result = checked(result * value);
        return result;
    }

    private static object Floats(string operation, double left, double right)
    {
        if (right == 0 && operation is "/" or "//" or "%")
            throw new JinjaError("division by zero");
        return operation switch
        {
            "+" => left + right,
            "-" => left - right,
            "*" => left * right,
            "/" => left / right,
            "//" => Math.Floor(left / right),
            "%" => left - (right * Math.Floor(left / right)),
            "**" => Math.Pow(left, right),
            _ => throw new JinjaError($"unknown operator '{operation}'"),
        };
    }

    private static object Repeat(object? value, long count, RenderContext context)
    {
        count = Math.Max(0, count);
        var length = value is string text ? text.Length : ((ListValue)value!).Count;
        if (value is string)
            context.Charge(checked(length * count));
        else
            context.ChargeItems(checked(length * count));
        if (length == 0)
            count = 0;
        if (value is string part)
            return new StringBuilder().Insert(0, part, (int)count).ToString();
        var items = Enumerable.Repeat((ListValue)value!, (int)count).SelectMany(item => item);
        return value is TupleValue ? new TupleValue(items) : new ListValue(items);
    }
}
