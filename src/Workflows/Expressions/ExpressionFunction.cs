namespace Orchestrator.Workflows.Expressions;

/// <summary>A function of the language.</summary>
/// <param name="Usage">How to call it, for messages.</param>
/// <param name="Body">Calculates its value, or throws an <see cref="ExpressionFailure"/>.</param>
internal sealed record ExpressionFunction(string Name, string Usage, int MinArguments, int MaxArguments, Func<ExpressionCall, ExpressionValue> Body)
{
    public bool Takes(int arguments) => arguments >= MinArguments && arguments <= MaxArguments;
}

/// <summary>The evaluation of one call of a function. An argument is evaluated when the function reads it. Not thread-safe.</summary>
internal sealed class ExpressionCall(ExpressionEvaluation evaluation, ExpressionNode.Call node)
{
    public int Count => node.Arguments.Count;

    public ExpressionValue Value(int index) => evaluation.Of(node.Arguments[index]);

    /// <summary>The argument; null if it is a path to a value that does not exist.</summary>
    public ExpressionValue ValueOrNull(int index) => evaluation.Find(node.Arguments[index], out _) ?? new ExpressionValue.Null();

    public string Text(int index) => Value(index) is var value && value is ExpressionValue.Text text
        ? text.Value
        : throw Wrong(index, value, "text", "''");

    public decimal Number(int index) => Value(index) is var value && value is ExpressionValue.Number number
        ? number.Value
        : throw Wrong(index, value, "a number", "0");

    /// <summary>Counts and returns a text that the function has produced.</summary>
    public ExpressionValue.Text Produce(string text)
    {
        evaluation.Charge(text.Length, node);
        return new(text);
    }

    /// <summary>Counts elements that the function processes.</summary>
    public void CountSteps(int steps) => evaluation.Count(steps, node);

    /// <summary>A value as compact JSON.</summary>
    public string Write(ExpressionValue value) => evaluation.Write(value, node);

    /// <param name="needed">The type that the function needs, such as "a number".</param>
    /// <param name="instead">A replacement for null in the syntax of expressions, for the suggestion.</param>
    public ExpressionFailure Wrong(int index, ExpressionValue value, string needed, string instead = "…")
    {
        var argument = node.Arguments[index];
        return ExpressionEvaluation.Wrong(
            $"{node.Function.Name} needs {needed}, and {evaluation.Describe(argument, value)}.", argument,
            evaluation.HintForNull(argument, value, instead));
    }

    /// <summary>An error about an argument.</summary>
    public ExpressionFailure Wrong(int index, string message, string? suggestion = null) =>
        ExpressionEvaluation.Wrong(message, node.Arguments[index], suggestion);

    /// <summary>An error about the call as a whole.</summary>
    public ExpressionFailure Wrong(string message) => ExpressionEvaluation.Wrong(message, node);
}
