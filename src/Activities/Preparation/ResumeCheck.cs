using System.Text.Json.Nodes;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>Checks that what a resume changes fits the definition that it executes.</summary>
internal static class ResumeCheck
{
    /// <returns>All problems; empty when there are none.</returns>
    public static List<WorkflowError> Problems(RunRequest request, string? from, JsonObject outputs)
    {
        var problems = new List<WorkflowError>();
        var ids = request.Workflow.Graph.Steps.Select(step => step.Id).ToList();
        if (request.Only is { } only && !ids.Contains(only, StringComparer.Ordinal))
        {
            // The preparation reports it.
            return problems;
        }

        if (from is not null && IsStep(ids, from, "to go on from", problems) && outputs.ContainsKey(from))
        {
            problems.Add(Problem(
                from,
                $"Step '{from}' cannot be gone on from and have its output given at once: go on from a step after it, or leave one of the two out."));
        }

        var graph = new WorkflowGraph(RunPreparation.Steps(request));
        foreach (var (id, _) in outputs)
        {
            if (IsStep(ids, id, "that could be given an output", problems)
                && ids.IndexOf(id) is var position && graph.DependentsOf(position).IsEmpty && !IsOutput(request, position))
            {
                problems.Add(Problem(
                    id, $"No other step uses the output of '{id}', and neither do the outputs of the run, so giving it would change nothing."));
            }
        }

        return problems;
    }

    /// <summary>Whether the run's outputs include what the step writes.</summary>
    private static bool IsOutput(RunRequest request, int position) => RunPreparation.Outputs(request) is not { } outputs
        || outputs.Any(output => ValuePath.TryParse(output.Value, out var path, out _)
            && request.Workflow.Names.TryResolve(path, out var reference, out _) && reference.Steps.Contains(position));

    private static bool IsStep(List<string> ids, string id, string what, List<WorkflowError> problems)
    {
        if (ids.Contains(id, StringComparer.Ordinal))
        {
            return true;
        }

        problems.Add(Problem(id, Suggestion.Append($"There is no step '{id}' {what}.", Suggestion.For(id, ids))));
        return false;
    }

    private static WorkflowError Problem(string step, string message) => new(ErrorKind.InvalidInput, message) { Step = step };
}
