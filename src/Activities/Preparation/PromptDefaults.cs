using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Adds to a step the defaults that its prompt declares for its own inputs, where neither the step's mapping nor an output nor an input of the run
/// has that name. An input that is not required and has no default is null.
/// </summary>
internal static class PromptDefaults
{
    /// <returns>The run whose steps have the defaults.</returns>
    public static PreparedRun Apply(PreparedRun run) => run with { Steps = [.. run.Steps.Select(step => Apply(run, step))] };

    private static PreparedStep Apply(PreparedRun run, PreparedStep step)
    {
        if (step.Prompt is null)
        {
            return step;
        }

        var mapped = (step.Mapping ?? []).Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        var defaults = run.Prompts[step.Prompt].Inputs
            .Where(input => !input.Required && !mapped.Contains(input.Name) && !IsNamed(run, input.Name))
            .Select(input => KeyValuePair.Create(input.Name, input.Default?.DeepClone()))
            .ToList();
        return defaults.Count == 0 ? step : step with { Defaults = new JsonObject(defaults) };
    }

    private static bool IsNamed(PreparedRun run, string name) =>
        ValuePath.TryParse(name, out var path, out _) && run.Names.TryResolve(path, out var found, out _)
        && (found.Kind != ReferenceKind.Input || run.DeclaredInputs is not null || run.Inputs.ContainsKey(name));
}
