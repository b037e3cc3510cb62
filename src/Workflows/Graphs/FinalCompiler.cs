using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Graphs;

/// <summary>Marks the steps of <c>finally</c>.</summary>
internal sealed class FinalCompiler(WorkflowDefinition definition, IReadOnlyDictionary<string, int> positions)
{
    public void Compile(GraphStep[] steps, CompilerFindings findings)
    {
        for (var index = 0; index < definition.Finally.Count; index++)
        {
            var id = definition.Finally[index];
            var pointer = string.Create(CultureInfo.InvariantCulture, $"/finally/{index}");
            if (!positions.TryGetValue(id, out var position))
            {
                findings.Error(DiagnosticCodes.UnknownStep, pointer, $"'finally' names '{id}', and there is no such step.", findings.Suggestions.For(id, positions.Keys), -1);
            }
            else if (steps[position].IsFallback)
            {
                findings.Error(DiagnosticCodes.WrongFinally, pointer, $"Step '{id}' stands in for another step, so it cannot run in 'finally'.", null, position);
            }
            else
            {
                steps[position] = steps[position] with { IsFinal = true };
            }
        }

        for (var position = 0; position < steps.Length; position++)
        {
            if (!steps[position].IsFinal && steps[position].DependsOn.FirstOrDefault(dependency => steps[dependency].IsFinal, -1) is var final and >= 0)
            {
                findings.Error(
                    DiagnosticCodes.WrongFinally, $"{WorkflowCompiler.Pointer(position)}/dependsOn",
                    $"Step '{steps[position].Id}' depends on '{steps[final].Id}', which runs after all others (finally).", null, position);
            }
        }
    }
}
