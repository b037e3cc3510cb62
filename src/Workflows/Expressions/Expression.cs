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

/// <summary>A place in an expression that names a value outside of it. Immutable. Thread-safe.</summary>
/// <param name="Path">The part of the path that is known before the evaluation; for <c>users[i].name</c> that is <c>users</c>.</param>
/// <param name="Position">Where the path begins, in characters from 0.</param>
/// <param name="Length">Characters of the path.</param>
/// <param name="Optional">Whether the value may be missing, since the path is an argument of <c>coalesce</c>.</param>
public sealed record ExpressionReference(ValuePath Path, int Position, int Length, bool Optional);

/// <summary>Finds the paths in an expression.</summary>
internal static class ExpressionReferences
{
    /// <summary>All paths below a node, in order of appearance.</summary>
    public static IReadOnlyList<ExpressionReference> In(ExpressionNode node) => [.. Of(node, optional: false)];

    private static IEnumerable<ExpressionReference> Of(ExpressionNode node, bool optional) => node switch
    {
        ExpressionNode.Path path => [new(path.Value, path.Position, path.Length, optional)],
        ExpressionNode.Access access => Of(access.Target, optional).Concat(
            access.Steps.Where(step => step.Index is not null).SelectMany(step => Of(step.Index!, optional: false))),
        ExpressionNode.ListOf list => list.Items.SelectMany(item => Of(item, optional: false)),
        ExpressionNode.Call call => call.Arguments.SelectMany(argument => Of(argument, optional: call.Function.Name == "coalesce")),
        ExpressionNode.Unary unary => Of(unary.Operand, optional: false),
        ExpressionNode.Infix infix => infix.Rights
            .Select(right => right.Operand)
            .Prepend(infix.First)
            .SelectMany(operand => Of(operand, optional: false)),
        ExpressionNode.Conditional conditional => conditional.Cases
            .SelectMany(one => Of(one.When, optional: false).Concat(Of(one.Then, optional: false)))
            .Concat(Of(conditional.Otherwise, optional: false)),
        _ => [],
    };
}

/// <summary>The value at which a path begins, or that there is none. Default: there is none. Immutable. Thread-safe.</summary>
public readonly record struct RootValue
{
    private RootValue(JsonNode? value, int consumed, string? problem, string? suggestion)
    {
        (Value, Consumed, Problem, Suggestion) = (value, consumed, problem, suggestion);
    }

    /// <summary>Whether there is a value.</summary>
    public bool Exists => Consumed > 0;

    /// <summary>The value; null for JSON's null, or if there is none.</summary>
    public JsonNode? Value { get; }

    /// <summary>How many segments of the path name the value, at least 1; the others lead into it. 0 if there is none.</summary>
    public int Consumed { get; }

    /// <summary>The error message if there is none; null for the default message.</summary>
    public string? Problem { get; }

    /// <summary>One sentence that says how to correct it; null if there is none.</summary>
    public string? Suggestion { get; }

    /// <summary>A value, which may be null.</summary>
    /// <param name="consumed">How many segments of the path name it, at least 1; more than the path has means all of it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="consumed"/> is less than 1.</exception>
    public static RootValue Of(JsonNode? value, int consumed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(consumed, 1);
        return new(value, consumed, null, null);
    }

    /// <summary>That there is no value.</summary>
    /// <param name="problem">The error message, one sentence; null for the default message.</param>
    /// <param name="suggestion">One sentence that says how to correct it; null if there is none.</param>
    public static RootValue Missing(string? problem = null, string? suggestion = null) => new(null, 0, problem, suggestion);
}
