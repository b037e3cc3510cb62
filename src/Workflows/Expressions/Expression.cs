using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// An expression of the language of docs/expressions.md. It has no side effects and no unbounded loops, so that every evaluation ends with a value or
/// an error. Immutable: parse once, evaluate often. Thread-safe.
/// </summary>
/// <remarks>
/// Limits: <see cref="ExpressionLimits"/>. Numbers are decimals of 28 digits; texts are compared by their characters; the culture has no effect.
/// </remarks>
public sealed class Expression
{
    private readonly ExpressionNode _node;

    private Expression(string text, ExpressionNode node)
    {
        Text = text;
        _node = node;
        References = ExpressionReferences.In(node);
        Paths = [.. References.Select(reference => reference.Path).DistinctBy(path => path.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Every place that names a value outside of the expression, in order of appearance.</summary>
    public IReadOnlyList<ExpressionReference> References { get; }

    /// <summary>
    /// The distinct paths that an evaluation may ask for, in order of appearance. Parts in <c>[…]</c> that must be evaluated are cut off.
    /// </summary>
    public IReadOnlyList<ValuePath> Paths { get; }

    /// <summary>Parses an expression.</summary>
    /// <param name="text">The expression, at most <see cref="ExpressionLimits.MaxLength"/> characters; not null.</param>
    /// <param name="error">The first error in the text; null if it is an expression.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out ExpressionError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            expression = new Expression(text, ExpressionParser.Parse(text));
            error = null;
            return true;
        }
        catch (ExpressionFailure failure)
        {
            expression = null;
            error = failure.Error;
            return false;
        }
    }

    /// <summary>Calculates the value.</summary>
    /// <param name="lookup">
    /// Gives the value at which a path begins; called only for <see cref="Paths"/> that the evaluation needs. An exception from it is passed on
    /// unchanged, and no other is thrown. The values that it gives are not changed, and must not change during the evaluation.
    /// </param>
    /// <param name="value">
    /// The value; null for JSON's null, or if there is an error. It may be part of a value from <paramref name="lookup"/>: do not change it, and
    /// clone it before adding it to another value.
    /// </param>
    /// <param name="error">Why there is no value; null if there is one.</param>
    public bool TryEvaluate(Func<ValuePath, RootValue> lookup, out JsonNode? value, [NotNullWhen(false)] out ExpressionError? error)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        try
        {
            value = new ExpressionEvaluation(Text, lookup).Of(_node).ToNode();
            error = null;
            return true;
        }
        catch (ExpressionFailure failure)
        {
            value = null;
            error = failure.Error;
            return false;
        }
    }

    /// <summary>
    /// The normal form: the same for expressions that differ only in spacing, quotes and redundant parentheses. It parses to an equivalent
    /// expression. If it would be longer than an expression may be, the text as it was written.
    /// </summary>
    public override string ToString()
    {
        var written = ExpressionWriter.NormalForm(_node);
        return written.Length <= ExpressionLimits.MaxLength ? written : Text;
    }
}
