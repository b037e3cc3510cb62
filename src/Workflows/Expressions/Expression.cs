using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// An expression of the language of docs/expressions.md: total and without side effects, so that every evaluation ends with a value or an error.
/// Immutable and thread-safe: parse once, evaluate often.
/// </summary>
/// <remarks>Limits: <see cref="ExpressionLimits"/>. Numbers are decimals of 28 digits; texts compare by their characters; no culture matters.</remarks>
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

    /// <summary>Every place that names a value from outside, in order of appearance.</summary>
    public IReadOnlyList<ExpressionReference> References { get; }

    /// <summary>The distinct paths that an evaluation may ask for, in order of appearance. Parts in <c>[…]</c> that must be evaluated are cut off.</summary>
    public IReadOnlyList<ValuePath> Paths { get; }

    /// <summary>Reads an expression, or says in <paramref name="error"/> what is the first thing wrong with it.</summary>
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

    /// <summary>Calculates the value, or says in <paramref name="error"/> why there is none.</summary>
    /// <param name="lookup">
    /// Says where a path begins; it is asked only for <see cref="Paths"/> that the evaluation comes to. What it throws comes out unchanged;
    /// nothing else is thrown. What it gives is not changed, and must not change meanwhile.
    /// </param>
    /// <param name="value">
    /// The value; null is JSON's null, or that there is an error. It may be a part of what the lookup gave: do not change it, and clone it
    /// before it becomes part of something else.
    /// </param>
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
    /// The normal form: the same for expressions that differ in spacing, quotes and needless parentheses. It can be parsed and means the same.
    /// The text as it was written where the normal form would be longer than an expression may be.
    /// </summary>
    public override string ToString()
    {
        var written = ExpressionWriter.NormalForm(_node);
        return written.Length <= ExpressionLimits.MaxLength ? written : Text;
    }
}
