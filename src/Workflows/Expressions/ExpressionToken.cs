namespace Orchestrator.Workflows.Expressions;

/// <summary>The smallest piece of an expression.</summary>
/// <param name="Text">A text's content without quotes and escapes; a name or symbol as written; empty at the end and for a number.</param>
/// <param name="Number">The number; 0 for all others.</param>
internal sealed record ExpressionToken(ExpressionToken.Sort Kind, int Position, int Length, string Text, decimal Number = 0)
{
    internal enum Sort
    {
        End,
        Number,
        Text,
        Name,
        Symbol,
    }

    public int End => Position + Length;

    public bool Is(string symbol) => Kind == Sort.Symbol && Text == symbol;
}
