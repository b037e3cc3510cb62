namespace Orchestrator.Workflows.Expressions;

/// <summary>Carries an error out of the reading or the evaluation. Never leaves <see cref="Expression"/>.</summary>
internal sealed class ExpressionFailure(ExpressionError error) : Exception(error.Message)
{
    public ExpressionFailure(string message, int position, int length, string? suggestion = null)
        : this(new ExpressionError(message, position, length, suggestion))
    {
    }

    public ExpressionError Error { get; } = error;
}
