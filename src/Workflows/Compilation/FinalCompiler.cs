using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Marks the steps of <c>finally</c> and their fallback steps as final, and checks that no other step needs one of them.</summary>
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
                findings.Error(
                    DiagnosticCodes.UnknownStep, pointer, $"'finally' names '{id}', and there is no such step.",
                    findings.Suggestions.For(id, positions.Keys), -1);
            }
            else
            {
                steps[position] = steps[position] with { IsFinal = true };
                MarkFallbacks(steps, position);
            }
        }

        for (var position = 0; position < steps.Length; position++)
        {
            if (!steps[position].IsFinal)
            {
                Check(StepRules.Fallbacks(steps[position]), "falls back on", "options", position);
                Check(steps[position].DependsOn, "depends on", "dependsOn", position);
            }
        }

        void Check(IReadOnlyList<int> needed, string relation, string member, int position)
        {
            if (needed.FirstOrDefault(step => steps[step].IsFinal, -1) is var final and >= 0)
            {
                findings.Error(
                    DiagnosticCodes.WrongFinally, $"{WorkflowCompiler.Pointer(position)}/{member}",
                    $"Step '{steps[position].Id}' {relation} '{steps[final].Id}', which runs after all others (finally).", null, position);
            }
        }
    }

    private static void MarkFallbacks(GraphStep[] steps, int final)
    {
        var open = new Stack<int>([final]);
        while (open.TryPop(out var step))
        {
            foreach (var fallback in StepRules.Fallbacks(steps[step]).Where(fallback => !steps[fallback].IsFinal))
            {
                steps[fallback] = steps[fallback] with { IsFinal = true };
                open.Push(fallback);
            }
        }
    }
}
