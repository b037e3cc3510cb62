using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Reading;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Graphs;

/// <summary>Checks the data that steps take from one another: it must be there when the step starts, and one name must mean one thing.</summary>
internal sealed class ReferenceChecks(WorkflowDefinition definition, WorkflowGraph graph, NameScope names, Suggestions suggestions)
{
    public void Report(Action<string, string, string, string?, int> error)
    {
        OutputKeys(error);
        Outputs(error);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var step = definition.Steps[position];
            foreach (var (pointer, path) in References(step, position, error))
            {
                if (!names.TryResolve(path, out var reference, out var problem))
                {
                    error(DiagnosticCodes.UnknownReference, pointer, problem, suggestions.For(path.Root, names.Names), position);
                }
                else if (reference.Step >= 0 && !graph.MayRead(position, reference.Step))
                {
                    var source = definition.Steps[reference.Step].Id;
                    error(
                        DiagnosticCodes.MissingDependency, pointer,
                        $"Step '{step.Id}' takes '{path}' from step '{source}' and does not depend on it, so it may not be there yet.",
                        $"Add '{source}' to the dependsOn of '{step.Id}'.", position);
                }
            }
        }
    }

    private static IEnumerable<(string Pointer, ValuePath Path)> References(
        StepDefinition step, int position, Action<string, string, string, string?, int> error)
    {
        var pointer = WorkflowCompiler.Pointer(position);
        foreach (var (name, text) in step.InputMapping ?? [])
        {
            if (ValuePath.TryParse(text, out var path, out _))
            {
                yield return ($"{pointer}/inputMapping/{SourceNode.Escape(name)}", path);
            }
        }

        if (step.When is not null && Expression.TryParse(step.When, out var condition, out _))
        {
            foreach (var path in condition.Paths)
            {
                yield return ($"{pointer}/when", path);
            }
        }

        var mapped = (step.InputMapping ?? []).Select(mapping => mapping.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var placeholder in Placeholders(step, pointer, position, error))
        {
            if (ValuePath.TryParse(placeholder, out var path, out _) && !mapped.Contains(path.Root))
            {
                yield return ($"{pointer}/prompt", path);
            }
        }
    }

    private static IReadOnlyList<string> Placeholders(
        StepDefinition step, string pointer, int position, Action<string, string, string, string?, int> error)
    {
        try
        {
            return step.Prompt is null ? [] : PromptTemplate.Parse(step.Prompt).Paths;
        }
        catch (TemplateException exception)
        {
            error(DiagnosticCodes.InvalidTemplate, $"{pointer}/prompt", exception.Message, null, position);
            return [];
        }
    }

    private void Outputs(Action<string, string, string, string?, int> error)
    {
        foreach (var (name, text) in definition.Outputs ?? [])
        {
            if (ValuePath.TryParse(text, out var path, out _) && !names.TryResolve(path, out _, out var problem))
            {
                error(DiagnosticCodes.UnknownReference, $"/outputs/{SourceNode.Escape(name)}", problem, suggestions.For(path.Root, names.Names), -1);
            }
        }
    }

    private void OutputKeys(Action<string, string, string, string?, int> error)
    {
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var step = definition.Steps[position];
            if (!owners.TryAdd(step.EffectiveOutputKey, position))
            {
                error(
                    DiagnosticCodes.DuplicateOutputKey,
                    WorkflowCompiler.Pointer(position) + (step.OutputKey is null ? "/id" : "/outputKey"),
                    $"The steps '{definition.Steps[owners[step.EffectiveOutputKey]].Id}' and '{step.Id}' both write '{step.EffectiveOutputKey}'.",
                    null, position);
            }
        }
    }
}
