namespace Orchestrator.Workflows.Expressions;

/// <summary>A function of the language.</summary>
/// <param name="Usage">How it is called, for messages.</param>
/// <param name="Body">Gives its value or throws an <see cref="ExpressionFailure"/>.</param>
internal sealed record ExpressionFunction(string Name, string Usage, int MinArguments, int MaxArguments, Func<ExpressionCall, ExpressionValue> Body)
{
    public bool Takes(int arguments) => arguments >= MinArguments && arguments <= MaxArguments;
}
