using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Puts nodes together so that what belongs to one level is one node: <c>(a + b) + c</c> is a sum of three, <c>(a.b).c</c> one path.</summary>
internal static class ExpressionTree
{
    public static ExpressionNode.Infix Infix(ExpressionNode left, List<ExpressionNode.Right> rights, int position, int length)
    {
        var one = rights[0].Operator;
        return left is ExpressionNode.Infix inner && inner.Level == one.Level && one.CanRepeat
            ? new(inner.First, [.. inner.Rights, .. rights], position, length)
            : new(left, rights, position, length);
    }

    public static ExpressionNode.Conditional Conditional(List<ExpressionNode.Case> cases, ExpressionNode otherwise, int position, int length) =>
        otherwise is ExpressionNode.Conditional rest
            ? new([.. cases, .. rest.Cases], rest.Otherwise, position, length)
            : new(cases, otherwise, position, length);

    public static ExpressionNode Followed(ExpressionNode node, List<ExpressionNode.Step> steps, int position, int length)
    {
        switch (node)
        {
            case ExpressionNode.Path path:
                var known = steps.TakeWhile(step => step.Name is not null).ToList();
                if (known.Count > 0)
                {
                    node = new ExpressionNode.Path(
                        ValuePath.Of([.. path.Value.Segments, .. known.Select(step => step.Name!)]), [.. path.Steps, .. known],
                        position, known[^1].Position + known[^1].Length - position);
                }

                return known.Count == steps.Count ? node : new ExpressionNode.Access(node, [.. steps.Skip(known.Count)], position, length);
            case ExpressionNode.Access access:
                return new ExpressionNode.Access(access.Target, [.. access.Steps, .. steps], position, length);
            default:
                return new ExpressionNode.Access(node, steps, position, length);
        }
    }
}
