using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Warns of definitions that can run but probably contain a mistake.</summary>
internal sealed class WorkflowLints(
    WorkflowDefinition definition, WorkflowGraph graph, NameScope names, IReadOnlyList<StepReferences> references, CompilerFindings findings)
{
    /// <summary>Above this number of steps, each episode on Azure replays a history so long that it slows the run down.</summary>
    private const int ManySteps = 1_000;

    private const int WideFanOut = 20;

    /// <summary>Built-in tools that wait for another service.</summary>
    private static readonly string[] ExternalTools = ["http_request", "database_query"];

    /// <summary>The warnings about single steps, also for a definition with errors.</summary>
    /// <param name="tools">The available tools by name; null if they are not known.</param>
    public void ReportSteps(IReadOnlyDictionary<string, KnownTool>? tools)
    {
        Resources();
        ModelShutdown(definition.Options.DefaultModel, "/options/defaultModel", -1);
        var inputs = definition.Inputs?.Select(input => input.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var (step, pointer) = (definition.Steps[position], WorkflowCompiler.Pointer(position));
            if (inputs.Contains(step.EffectiveOutputKey))
            {
                Warn(
                    DiagnosticCodes.ShadowedInput, pointer + (step.OutputKey is null ? "/id" : "/outputKey"),
                    $"'{step.EffectiveOutputKey}' is an input and the output of step '{step.Id}'; behind the step the name means the output.",
                    $"Write 'inputs.{step.EffectiveOutputKey}' for the input.", position);
            }

            ModelShutdown(step.Options.Model, $"{pointer}/options/model", position);
            for (var index = 0; index < step.Options.Models?.Count; index++)
            {
                ModelShutdown(step.Options.Models[index], FormattableString.Invariant($"{pointer}/options/models/{index}"), position);
            }

            if (step.Type == StepType.Tool)
            {
                Tool(step, pointer, position, tools);
            }

            if (step is { DependsOnAuto: true, PromptId: not null, InputMapping: null })
            {
                Warn(
                    DiagnosticCodes.AutoWithoutMapping, $"{pointer}/dependsOn",
                    $"What the prompt '{step.PromptId}' names is not known here, so dependsOn: auto infers nothing from it for step '{step.Id}'.",
                    "Name what it takes in inputMapping.", position);
            }

            if (step.When is not null && Expression.TryParse(step.When, out var condition, out _) && condition.Paths.Count == 0)
            {
                Warn(
                    DiagnosticCodes.ConstantCondition, $"{pointer}/when",
                    $"The condition of step '{step.Id}' names nothing, so it is always the same.",
                    null, position);
            }
        }

        if (definition.Steps.Count > ManySteps)
        {
            Warn(
                DiagnosticCodes.ManySteps, "/steps",
                $"The workflow has {definition.Steps.Count} steps; with more than {ManySteps} in one definition a run replays slowly in Azure.",
                null, -1);
        }
    }

    /// <summary>The warnings that need a graph without errors.</summary>
    public void ReportGraph()
    {
        FanOut();
        Continued();
        new NeverRunning(definition, graph, findings).Report();
        new SharedState(definition, graph, findings).Report();
    }

    private void Resources()
    {
        if (definition.Resources.Count > 0)
        {
            Warn(
                DiagnosticCodes.NotEnforced, "/resources",
                "The limits of resources are read and checked, but this version does not keep them. "
                    + "Limit the run with maxParallelism and parallelBatchDelay.",
                null, -1);
        }

        var known = definition.Resources.Select(resource => resource.Name).ToHashSet(StringComparer.Ordinal);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var step = definition.Steps[position];
            for (var index = 0; index < step.Uses.Count; index++)
            {
                if (!known.Contains(step.Uses[index]))
                {
                    Warn(
                        DiagnosticCodes.UnknownResource, FormattableString.Invariant($"{WorkflowCompiler.Pointer(position)}/uses/{index}"),
                        $"Step '{step.Id}' uses '{step.Uses[index]}', and the workflow has no such resource, so it is not limited.",
                        findings.Suggestions.For(step.Uses[index], known), position);
                }
            }
        }
    }

    private void ModelShutdown(string? model, string pointer, int step)
    {
        if (model is not null && ModelShutdowns.Warning(model) is { } warning)
        {
            Warn(DiagnosticCodes.ModelShutdown, pointer, warning, null, step);
        }
    }

    private void Tool(StepDefinition step, string pointer, int position, IReadOnlyDictionary<string, KnownTool>? tools)
    {
        if (step.Tool is not null && tools?.ContainsKey(step.Tool) == false)
        {
            Warn(
                DiagnosticCodes.UnknownTool, $"{pointer}/tool", $"Step '{step.Id}' calls the tool '{step.Tool}', which this host does not have.",
                findings.Suggestions.ForOrAll(step.Tool, [.. tools.Keys]), position);
        }

        if (step is { Tool: { } name, Input: { } input } && tools?.TryGetValue(name, out var tool) == true)
        {
            foreach (var (place, message, suggestion) in tool.CheckInput(input))
            {
                Warn(
                    DiagnosticCodes.WrongToolInput, $"{pointer}/input{place}", $"The input of step '{step.Id}' is wrong. {message}", suggestion,
                    position);
            }
        }

        if (ExternalTools.Contains(step.Tool) && step.Options.Timeout is null && definition.Options.Timeout is null)
        {
            Warn(
                DiagnosticCodes.NoTimeout, pointer,
                $"Step '{step.Id}' calls something outside and has no timeout, so it may hold its slot "
                    + $"for {WorkflowOptions.DefaultTimeout / 1_000} s.",
                "Add 'timeout' to its options.", position);
        }
    }

    private void FanOut()
    {
        if (definition.Resources.Count > 0 || definition.Options.QueueSize is not null)
        {
            return;
        }

        var slots = definition.Options.MaxParallelism ?? WorkflowOptions.DefaultMaxParallelism;
        var roots = graph.Steps.Count(step => step.DependsOn.Count == 0);
        var (widest, width) = (-1, roots);
        for (var step = 0; step < graph.Count; step++)
        {
            if (graph.DependentsOf(step).Length is var dependents && dependents > width)
            {
                (widest, width) = (step, dependents);
            }
        }

        if (width > slots * WideFanOut)
        {
            Warn(
                DiagnosticCodes.WideFanOut, widest < 0 ? "/steps" : WorkflowCompiler.Pointer(widest),
                $"{width} steps {(widest < 0 ? "have no dependency" : $"wait for step '{definition.Steps[widest].Id}'")} and become ready at once; "
                    + $"{slots} run at a time, and nothing else limits them.",
                "Set 'queueSize', or limits for the model in 'resources'.", widest);
        }
    }

    /// <summary>
    /// Warns of steps whose dependents go on after their failure although one of them takes their output. A reader is exempt if its own condition
    /// looks at the step, since it then decides about that case itself.
    /// </summary>
    private void Continued()
    {
        var readers = new Dictionary<int, int>();
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var condition = $"{WorkflowCompiler.Pointer(position)}/when";
            var looksAt = references[position].Found.Where(reference => reference.Pointer == condition)
                .SelectMany(reference => names.TryResolve(reference.Path, reference.Extra, out var found, out _) ? found.Steps : []).ToHashSet();
            foreach (var reference in references[position].Found)
            {
                if (names.TryResolve(reference.Path, reference.Extra, out var found, out _)
                    && TakesOutput(found, reference.Path) && found.Steps is [var source] && source != position && !looksAt.Contains(source))
                {
                    readers.TryAdd(source, position);
                }
            }
        }

        foreach (var (source, reader) in readers.OrderBy(entry => entry.Key))
        {
            if (StepRules.Actions(graph.Steps[source]).Any(action => action.Kind == FailureActionKind.Continue))
            {
                Warn(
                    DiagnosticCodes.ContinueNeeded, $"{WorkflowCompiler.Pointer(source)}/options/onError",
                    $"When step '{definition.Steps[source].Id}' fails the run goes on, "
                    + $"and step '{definition.Steps[reader].Id}' takes its output, which is null then.",
                    "Give it a fallback, or let the reader expect null.", source);
            }
        }
    }

    /// <summary>Whether a path needs the output of a step, and not only its status, error or usage, which every step has.</summary>
    private static bool TakesOutput(ValueReference found, ValuePath path)
    {
        var member = found.Consumed < path.Segments.Count ? path.Segments[found.Consumed] : null;
        return found.Kind switch
        {
            ReferenceKind.Output => !found.MayBeStepRecord || member is not ("status" or "error" or "usage"),
            ReferenceKind.Transformed => true,
            ReferenceKind.StepRecord => member is "output" or "transformed",
            _ => false,
        };
    }

    private void Warn(string code, string pointer, string message, string? suggestion, int step) =>
        findings.Warning(code, pointer, message, suggestion, step);
}
