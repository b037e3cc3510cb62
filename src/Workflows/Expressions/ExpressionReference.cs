using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

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
