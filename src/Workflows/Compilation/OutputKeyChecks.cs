using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Checks that steps which write one output key run one after the other, or all say how their outputs are merged.</summary>
internal sealed class OutputKeyChecks(WorkflowDefinition definition, WorkflowGraph graph, CompilerFindings findings)
{
    private readonly Lazy<StepReach> _order = new(() => StepReach.OfOrder(graph));

    public void Report()
    {
        var shared = definition.Steps
            .Select((step, position) => (step, position))
            .GroupBy(entry => entry.step.EffectiveOutputKey, entry => entry.position, StringComparer.Ordinal)
            .Where(group => group.Skip(1).Any());
        foreach (var group in shared)
        {
            Check(group.Key, [.. group.OrderBy(graph.RankOf)]);
        }
    }

    private void Check(string key, List<int> writers)
    {
        var merges = writers.Select(writer => definition.Steps[writer].KeyMerge).Distinct().ToList();
        if (merges is [not null])
        {
            return;
        }

        if (merges.Count > 1)
        {
            var first = definition.Steps[writers.Min()];
            var other = writers.Order().First(writer => definition.Steps[writer].KeyMerge != first.KeyMerge);
            Error(
                other,
                $"Step '{definition.Steps[other].Id}' does not say the same 'merge' for '{key}' as step '{first.Id}'; all that write it must.");
            return;
        }

        for (var index = 1; index < writers.Count; index++)
        {
            var (first, second) = (Math.Min(writers[index - 1], writers[index]), Math.Max(writers[index - 1], writers[index]));
            var sameName = definition.Steps[first].Id == definition.Steps[second].Id;
            if (!sameName && !_order.Value.Includes(writers[index], writers[index - 1]))
            {
                Error(
                    second,
                    $"The steps '{definition.Steps[first].Id}' and '{definition.Steps[second].Id}' both write '{key}' and may run at the same time.",
                    "Give one of them another outputKey, let one depend on the other, or give both a 'merge': append, object or last.");
            }
        }
    }

    private void Error(int step, string message, string? suggestion = null)
    {
        var member = definition.Steps[step] switch
        {
            { KeyMerge: not null } => "/merge",
            { OutputKey: not null } => "/outputKey",
            _ => "/id",
        };
        findings.Error(DiagnosticCodes.DuplicateOutputKey, WorkflowCompiler.Pointer(step) + member, message, suggestion, step);
    }
}
