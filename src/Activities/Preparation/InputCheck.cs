using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>Checks the given inputs against the declared ones.</summary>
internal static class InputCheck
{
    /// <summary>Maximum number of names listed in the error.</summary>
    private const int MaxNames = 20;

    /// <summary>Adds a problem for each input that is missing, does not fit, or is not declared.</summary>
    /// <param name="declared">The declarations; null when the workflow declares no inputs, so that all are accepted.</param>
    /// <returns>The inputs in declaration order with their defaults; without declarations, as given.</returns>
    public static JsonObject Apply(IReadOnlyList<InputDefinition>? declared, JsonObject given, List<WorkflowError> problems)
    {
        if (declared is null)
        {
            return (JsonObject)given.DeepClone();
        }

        var inputs = new JsonObject();
        foreach (var input in declared)
        {
            if (given.TryGetPropertyValue(input.Name, out var value) && value is not null)
            {
                if (input.Violation(value) is { } violation)
                {
                    var details = input.Fits(value) ? null : new JsonObject { ["input"] = input.Name, ["type"] = input.TypeName() };
                    problems.Add(Problem($"The input '{input.Name}' {violation}.") with { Details = details });
                }

                inputs[input.Name] = value.DeepClone();
            }
            else if (input.Default is not null)
            {
                inputs[input.Name] = input.Default.DeepClone();
            }
            else if (input.Required)
            {
                var description = input.Description is null ? "" : $" ({input.Description.TrimEnd('.')})";
                problems.Add(Problem($"The input '{input.Name}' is missing{description}."));
            }
        }

        var names = declared.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var suggestions = new Suggestions();
        var all = $"There are {string.Join(", ", names.Take(MaxNames))}{(names.Count > MaxNames ? " …" : ".")}";
        foreach (var (name, _) in given.Where(member => !names.Contains(member.Key)))
        {
            var advice = suggestions.For(name, names) ?? all;
            problems.Add(Problem($"The workflow has no input '{name}'. {advice}"));
        }

        return inputs;
    }

    private static WorkflowError Problem(string message) => new(ErrorKind.InvalidInput, message);
}
