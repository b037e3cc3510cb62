using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Warns of joins that can never be met, since they need several steps of which at most one runs. Linear in steps and edges.</summary>
internal sealed class NeverRunning(WorkflowDefinition definition, WorkflowGraph graph, CompilerFindings findings)
{
    public void Report()
    {
        var callers = SoleCallers();
        var never = new bool[graph.Count];
        foreach (var step in graph.TopologicalOrder)
        {
            var node = graph.Steps[step];
            if (StepRules.JoinOf(node) == JoinKind.All && Rivals(node, callers) is var (first, second))
            {
                never[step] = true;
                findings.Warning(
                    DiagnosticCodes.NeverRuns, $"{WorkflowCompiler.Pointer(step)}/dependsOn",
                    $"Step '{node.Id}' can never run: "
                        + $"it needs '{definition.Steps[first].Id}' and '{definition.Steps[second].Id}', and only one of them ever runs.",
                    "Set its 'join' to any.", step);
            }
            else
            {
                never[step] = IsFalse(definition.Steps[step].When) || StepRules.IsSkipped(node, dependency => never[dependency]);
            }
        }
    }

    /// <summary>The caller of each fallback step that only one step may call; a fallback step of several may run beside any other step.</summary>
    private Dictionary<int, int> SoleCallers() => StepRules.Callers(graph.Steps)
        .Where(callers => callers.Count() == 1)
        .ToDictionary(callers => callers.Key, callers => callers.First());

    /// <summary>Two dependencies that are fallback steps of one caller, so that only one of them is called; null if there are none.</summary>
    private static (int First, int Second)? Rivals(GraphStep node, Dictionary<int, int> callers)
    {
        var seen = new Dictionary<int, int>();
        foreach (var dependency in node.DependsOn)
        {
            if (callers.TryGetValue(dependency, out var caller) && !seen.TryAdd(caller, dependency))
            {
                return (seen[caller], dependency);
            }
        }

        return null;
    }

    private static bool IsFalse(string? condition) =>
        condition is not null && Expression.TryParse(condition, out var parsed, out _) && parsed.Paths.Count == 0
        && parsed.TryEvaluate(_ => RootValue.Missing(), out var value, out _) && value?.GetValueKind() == JsonValueKind.False;
}
