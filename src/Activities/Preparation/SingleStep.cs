using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Plans a run of one step alone (<c>--only</c>): the outputs of other steps that it needs are given among the inputs under their output keys, its
/// condition is ignored, and no other step is executed.
/// </summary>
internal static class SingleStep
{
    /// <summary>Removes the outputs of other steps from <paramref name="inputs"/> and returns them by step id.</summary>
    public static Dictionary<string, GivenOutput> TakeOutputs(WorkflowDefinition definition, string only, JsonObject inputs)
    {
        var declared = definition.Inputs?.Select(input => input.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var given = new Dictionary<string, GivenOutput>(StringComparer.Ordinal);
        foreach (var step in definition.Steps.Where(step => step.Id != only && !declared.Contains(step.EffectiveOutputKey)))
        {
            var output = inputs.TryGetPropertyValue(step.EffectiveOutputKey, out var value);
            var transformed = inputs.TryGetPropertyValue($"{step.EffectiveOutputKey}_transformed", out var other);
            if (output || transformed)
            {
                given[step.Id] = new GivenOutput(value?.DeepClone(), other?.DeepClone());
            }
        }

        foreach (var step in definition.Steps.Where(step => given.ContainsKey(step.Id)))
        {
            inputs.Remove(step.EffectiveOutputKey);
            inputs.Remove($"{step.EffectiveOutputKey}_transformed");
        }

        return given;
    }

    /// <summary>The declared inputs, all optional: a required one is needed only if the step names it. Null when none are declared.</summary>
    public static IReadOnlyList<InputDefinition>? Inputs(WorkflowDefinition definition) =>
        definition.Inputs is null ? null : [.. definition.Inputs.Select(input => input with { Required = false })];

    /// <summary>The plan in which only that step is executed.</summary>
    public static IReadOnlyList<GraphStep> Plan(IReadOnlyList<GraphStep> steps, string only) =>
    [
        .. steps.Select(step => step.Id == only
            ? step with { Join = JoinKind.Settled, IsFallback = false, IsFinal = false }
            : step with { Never = true, IsFinal = false }),
    ];

    /// <summary>The problem of a step that does not exist; null when it does.</summary>
    public static WorkflowError? Unknown(WorkflowDefinition definition, string only) => definition.Steps.Any(step => step.Id == only)
        ? null
        : new WorkflowError(
            ErrorKind.InvalidInput,
            Suggestion.Append($"There is no step '{only}' to run alone.", Suggestion.For(only, definition.Steps.Select(step => step.Id))));
}
