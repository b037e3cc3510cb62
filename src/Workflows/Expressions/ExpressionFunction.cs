namespace Orchestrator.Workflows.Expressions;

/// <summary>A function of the language.</summary>
/// <param name="Usage">How it is called, for messages.</param>
/// <param name="Body">Gives its value or throws an <see cref="ExpressionFailure"/>.</param>
internal sealed record ExpressionFunction(string Name, string Usage, int MinArguments, int MaxArguments, Func<ExpressionCall, ExpressionValue> Body)
{
    public bool Takes(int arguments) => arguments >= MinArguments && arguments <= MaxArguments;
}

/// <summary>A call of a function while it is evaluated. An argument is evaluated when it is asked for.</summary>
internal sealed class ExpressionCall(ExpressionEvaluation evaluation, ExpressionNode.Call node)
{
    public int Count => node.Arguments.Count;

    public ExpressionValue Value(int index) => evaluation.Of(node.Arguments[index]);

    /// <summary>The argument; null's value when it is a path that leads to nothing.</summary>
    public ExpressionValue ValueOrNull(int index) => evaluation.Find(node.Arguments[index], out _) ?? new ExpressionValue.Null();

    public string Text(int index) => Value(index) is var value && value is ExpressionValue.Text text
        ? text.Value
        : throw Wrong(index, value, "text", "''");

    public decimal Number(int index) => Value(index) is var value && value is ExpressionValue.Number number
        ? number.Value
        : throw Wrong(index, value, "a number", "0");

    /// <summary>A text that the function made.</summary>
    public ExpressionValue.Text Made(string text)
    {
        evaluation.Charge(text.Length, node);
        return new(text);
    }

    /// <summary>Counts elements that the function goes through.</summary>
    public void Counted(int steps) => evaluation.Count(steps, node);

    /// <summary>Compact JSON of a value.</summary>
    public string Write(ExpressionValue value) => evaluation.Write(value, node);

    /// <param name="needed">What the function needs there, such as "a number".</param>
    /// <param name="instead">What null may be replaced with, as an expression writes it.</param>
    public ExpressionFailure Wrong(int index, ExpressionValue value, string needed, string instead = "…")
    {
        var argument = node.Arguments[index];
        return ExpressionEvaluation.Wrong(
            $"{node.Function.Name} needs {needed}, and {evaluation.Describe(argument, value)}.", argument, evaluation.HintForNull(argument, value, instead));
    }

    /// <summary>An error about an argument.</summary>
    public ExpressionFailure Wrong(int index, string message, string? suggestion = null) =>
        ExpressionEvaluation.Wrong(message, node.Arguments[index], suggestion);

    /// <summary>An error about the call as a whole.</summary>
    public ExpressionFailure Wrong(string message) => ExpressionEvaluation.Wrong(message, node);
}
