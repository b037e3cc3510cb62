using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Checks before a run that every model can be called, or with mocks that each step that needs a mock has one, and that a budget in US dollars can be
/// kept. Steps that are not executed are not checked. Thread-safe.
/// </summary>
internal sealed class ModelCheck(IChatClientFactory clients, PriceTable prices)
{
    /// <summary>Adds a problem for each model that cannot be called, and for each step without a mock.</summary>
    /// <returns>The run with warnings about its models.</returns>
    public PreparedRun Apply(PreparedRun run, List<WorkflowError> problems)
    {
        var steps = run.StepsToExecute().ToList();
        if (run.Mocks?.Uncovered(steps.Select(step => (step.Id, step.Type, step.Tool))) is { } uncovered)
        {
            problems.Add(new WorkflowError(ErrorKind.InvalidInput, uncovered.FullMessage()));
        }

        var warnings = new List<string>();
        var models = steps
            .SelectMany(step => step.Models, (step, model) => (Model: model, step.Id))
            .DistinctBy(call => call.Model, StringComparer.Ordinal);
        foreach (var (model, step) in models)
        {
            if (string.IsNullOrWhiteSpace(model))
            {
                var message = $"Step '{step}' asks a model whose name is empty: name one, or leave it out.";
                problems.Add(new WorkflowError(ErrorKind.InvalidInput, message) { Step = step });
                continue;
            }

            CheckClient(run, model, step, problems);
            CheckPrice(run, model, step, problems, warnings);
            if (ModelShutdowns.Warning(model) is { } shutdown)
            {
                warnings.Add(shutdown);
            }
        }

        return run with { Warnings = warnings, Simulates = Simulates(run, steps) };
    }

    /// <summary>Whether the simulated model answers in the place of a model of these steps; null when they ask no other model.</summary>
    private bool? Simulates(PreparedRun run, List<PreparedStep> steps)
    {
        var named = ModelChange.Named(run, steps).ToList();
        return named.Count == 0 ? null : named.Exists(clients.IsSubstituted);
    }

    private void CheckClient(PreparedRun run, string model, string step, List<WorkflowError> problems)
    {
        try
        {
            // With mocks no provider is needed, but wrong options of a simulated model are still an error.
            _ = (run.Mocks is null ? clients : MockClients.Any).Create(model);
        }
        catch (ModelException exception)
        {
            problems.Add(exception.Error with { Step = step });
        }
    }

    private void CheckPrice(PreparedRun run, string model, string step, List<WorkflowError> problems, List<string> warnings)
    {
        if (prices.PriceOf(model) is not null)
        {
            return;
        }

        var setting = $"{PriceOverrides.Section}:{model}".Replace(":", "__", StringComparison.Ordinal);
        var remedy = $"Set {setting}__Input and {setting}__Output to US dollars per million tokens";
        if (run.Plan.Budget?.Usd is not null)
        {
            problems.Add(new WorkflowError(
                ErrorKind.InvalidInput,
                $"Step '{step}' asks the model '{model}', which has no price, so the budget in US dollars cannot be kept. "
                + $"{remedy}, or give the budget in tokens.")
            { Step = step });
        }
        else
        {
            warnings.Add($"Step '{step}' asks the model '{model}', which has no price, so what the run costs is not known (null). {remedy}.");
        }
    }
}
