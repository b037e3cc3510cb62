using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Checks that every name in prompts, mappings and conditions will have a value when its step starts, so that a typing error is found before the
/// first paid step.
/// </summary>
internal static class PromptCheck
{
    /// <summary>Adds a problem for each name without a value.</summary>
    /// <param name="required">Declared inputs that are missing and must have a value only where they are named.</param>
    public static void Report(PreparedRun run, IReadOnlyCollection<string> required, List<WorkflowError> problems)
    {
        var reach = new Lazy<StepReach>(() => StepReach.OfData(run.Graph));
        var suggestions = new Suggestions();
        var missing = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        for (var position = 0; position < run.Steps.Count; position++)
        {
            var step = run.Steps[position];
            if (!run.Executes(step))
            {
                continue;
            }

            foreach (var path in Paths(run, step, problems))
            {
                if (!run.Names.TryResolve(path, StepTemplates.Extra(step), out var reference, out var error))
                {
                    var message = $"The prompt of step '{step.Id}' uses '{path.Shown}'. {error}";
                    Add(problems, ErrorKind.TemplateError, step, message, suggestions.For(path.Root, run.Names.Names));
                }
                else if (reference.Kind == ReferenceKind.Input && !run.Inputs.ContainsKey(reference.Input!)
                    && (run.DeclaredInputs is null || required.Contains(reference.Input!)))
                {
                    Users(missing, reference.Input!).Add(step.Id);
                }
                else if (run.Given is { } given && reference.Steps.Count > 0)
                {
                    if (!reference.Steps.Any(source => given.ContainsKey(run.Steps[source].Id)))
                    {
                        Users(missing, run.Steps[reference.Steps[0]].OutputKey).Add(step.Id);
                    }
                }
                else if (reference.Steps.Count > 0 && !reference.Steps.Any(source => reach.Value.Includes(position, source)))
                {
                    var source = run.Steps[reference.Steps[0]].Id;
                    Add(
                        problems, ErrorKind.InvalidDefinition, step,
                        $"The prompt of step '{step.Id}' uses '{path.Shown}' of step '{source}' and the step does not depend on it.",
                        $"Add '{source}' to its dependsOn.");
                }
            }
        }

        if (run.DeclaredInputs is null && run.Only is null)
        {
            CheckOutputs(run, missing.ContainsKey, suggestions, problems);
        }

        foreach (var (name, users) in missing)
        {
            var steps = string.Join(", ", users.Distinct().Select(id => $"'{id}'"));
            problems.Add(Missing(run, suggestions, name, $"step{(users.Count > 1 ? "s" : "")} {steps} {(users.Count > 1 ? "use" : "uses")} it"));
        }
    }

    /// <summary>Checks the run's outputs. Without declared inputs, an unknown name would only be noticed as a null output after the run.</summary>
    /// <param name="isKnown">Whether the input is already reported for a step.</param>
    private static void CheckOutputs(PreparedRun run, Func<string, bool> isKnown, Suggestions suggestions, List<WorkflowError> problems)
    {
        foreach (var (output, text) in run.Outputs ?? [])
        {
            if (ValuePath.TryParse(text, out var path, out _) && run.Names.TryResolve(path, out var reference, out _)
                && reference.Kind == ReferenceKind.Input && !run.Inputs.ContainsKey(reference.Input!) && !isKnown(reference.Input!))
            {
                problems.Add(Missing(run, suggestions, reference.Input!, $"the output '{output}' takes it"));
            }
        }
    }

    private static WorkflowError Missing(PreparedRun run, Suggestions suggestions, string name, string use)
    {
        var advice = suggestions.For(name, run.Names.Names.Concat(run.Inputs.Select(input => input.Key)).Where(other => other != name));
        return new WorkflowError(ErrorKind.InvalidInput, Suggestion.Append($"The input '{name}' is missing; {use}.", advice));
    }

    private static IEnumerable<ValuePath> Paths(PreparedRun run, PreparedStep step, List<WorkflowError> problems)
    {
        IReadOnlyList<ValuePath> placeholders = [];
        try
        {
            placeholders = StepTemplates.Of(run, step).Paths;
        }
        catch (TemplateException exception)
        {
            Add(problems, ErrorKind.TemplateError, step, $"The prompt of step '{step.Id}' is wrong: {exception.Message}", null);
        }

        if (step.When is not null && Expression.TryParse(step.When, out var condition, out _))
        {
            foreach (var path in condition.Paths)
            {
                yield return path;
            }
        }

        var own = StepTemplates.OwnNames(step).ToHashSet(StringComparer.Ordinal);
        foreach (var path in placeholders.Where(path => !own.Contains(path.Root)).Concat(StepTemplates.MappedPaths(step)))
        {
            yield return path;
        }
    }

    private static List<string> Users(SortedDictionary<string, List<string>> missing, string name)
    {
        if (!missing.TryGetValue(name, out var users))
        {
            missing.Add(name, users = []);
        }

        return users;
    }

    private static void Add(List<WorkflowError> problems, ErrorKind kind, PreparedStep step, string message, string? suggestion) =>
        problems.Add(new WorkflowError(kind, Suggestion.Append(message, suggestion)) { Step = step.Id });
}
