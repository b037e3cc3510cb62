namespace Orchestrator.Workflows.Expressions;

/// <summary>The evaluation of one operator with the values of its operands. Not thread-safe.</summary>
/// <param name="start">Where the left side begins, which may consist of several operands.</param>
/// <param name="end">Where the left side ends.</param>
internal sealed class ExpressionOperation(
    ExpressionEvaluation evaluation, ExpressionNode.Right right, ExpressionValue leftValue, ExpressionValue rightValue, int start, int end)
{
    private string Symbol => right.Operator.Symbol;

    public ExpressionValue Result()
    {
        switch (Symbol, leftValue, rightValue)
        {
            case ("==", _, _):
                return new ExpressionValue.Truth(AreEqual(leftValue, rightValue));
            case ("!=", _, _):
                return new ExpressionValue.Truth(!AreEqual(leftValue, rightValue));
            case ("in", _, ExpressionValue.List list):
                return new ExpressionValue.Truth(list.Items.Any(item => AreEqual(leftValue, ExpressionValue.Of(item))));
            case ("in", ExpressionValue.Text name, ExpressionValue.Object item):
                return new ExpressionValue.Truth(item.Members.ContainsKey(name.Value));
            case ("<" or "<=" or ">" or ">=", ExpressionValue.Number left, ExpressionValue.Number other):
                return Ordered(left.Value.CompareTo(other.Value));
            case ("<" or "<=" or ">" or ">=", ExpressionValue.Text left, ExpressionValue.Text other):
                return Ordered(string.CompareOrdinal(left.Value, other.Value));
            case ("+", ExpressionValue.Text left, ExpressionValue.Text other):
                return Joined(left.Value, other.Value);
            case ("+", ExpressionValue.Text left, ExpressionValue.Number other):
                return Joined(left.Value, ExpressionNumber.Write(other.Value));
            case ("+", ExpressionValue.Number left, ExpressionValue.Text other):
                return Joined(ExpressionNumber.Write(left.Value), other.Value);
            case ("+" or "-" or "*" or "/" or "%", ExpressionValue.Number left, ExpressionValue.Number other):
                return Calculated(left.Value, other.Value);
            default:
                throw WrongTypes();
        }
    }

    private bool AreEqual(ExpressionValue left, ExpressionValue other) =>
        ExpressionValue.AreEqual(left, other, steps => evaluation.Count(steps, right.Operand))
            ?? throw Wrong("The values are nested too deeply to be compared.");

    private ExpressionValue.Truth Ordered(int order) => new(Symbol switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    });

    private ExpressionValue.Text Joined(string left, string other)
    {
        evaluation.Charge((int)Math.Min((long)left.Length + other.Length, int.MaxValue), right.Operand);
        return new(left + other);
    }

    private ExpressionValue.Number Calculated(decimal left, decimal other)
    {
        if (Symbol is "/" or "%" && other == 0)
        {
            throw Wrong("Division by zero.", $"Write {(Symbol == "/" ? "b != 0 ? a / b : …" : "b != 0 ? a % b : …")} where zero may come.");
        }

        try
        {
            return new(ExpressionNumber.Plain(Symbol switch
            {
                "+" => left + other,
                "-" => left - other,
                "*" => left * other,
                "/" => left / other,
                _ => left % other,
            }));
        }
        catch (OverflowException)
        {
            throw Wrong($"The result of '{Symbol}' is too large; the largest number is about 7.9e28.");
        }
    }

    private ExpressionFailure WrongTypes()
    {
        var needed = Symbol switch
        {
            "in" => "a list on its right, or a text on its left and an object on its right",
            "+" => "two numbers, or a text and a text or number",
            "<" or "<=" or ">" or ">=" => "two numbers or two texts",
            _ => "two numbers",
        };
        var (left, other) = (evaluation.Describe(start, end, leftValue), evaluation.Describe(right.Operand, rightValue));
        return Wrong($"'{Symbol}' needs {needed}; {left}, {other}.", Hint());
    }

    private string? Hint() => (Symbol, leftValue, rightValue) switch
    {
        ("in", ExpressionValue.Text, ExpressionValue.Text) => "Write contains(text, part) for a part of a text.",
        (_, ExpressionValue.Null, _) or (_, _, ExpressionValue.Null) => "Write coalesce(a, b) where null may come.",
        ("+", ExpressionValue.Text, _) or ("+", _, ExpressionValue.Text) => "Write string(…) to join it to a text.",
        (_, ExpressionValue.Text, ExpressionValue.Number) or (_, ExpressionValue.Number, ExpressionValue.Text) =>
            "Write number(…) for the number that a text holds.",
        _ => null,
    };

    private ExpressionFailure Wrong(string message, string? suggestion = null) => new(message, right.Position, Symbol.Length, suggestion);
}
