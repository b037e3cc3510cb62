using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Compiles the <c>onError</c> and <c>fallback</c> of steps to their rules for failures, and marks the fallback steps.</summary>
internal sealed class FailureCompiler(WorkflowDefinition definition, IReadOnlyDictionary<string, int> positions)
{
    private readonly HashSet<int> _fallbacks = [];

    public void Compile(GraphStep[] steps, CompilerFindings findings)
    {
        for (var position = 0; position < steps.Length; position++)
        {
            var options = definition.Steps[position].Options;
            var rule = options.OnError ?? (options.Fallback is null ? null : new ErrorRule(new ErrorAction(ErrorActionKind.Fallback)));
            if (rule is not null)
            {
                steps[position] = steps[position] with { OnError = Rule(rule, options.Fallback, position, findings) };
            }
        }

        foreach (var fallback in _fallbacks.Order())
        {
            steps[fallback] = steps[fallback] with { IsFallback = true };
            if (steps[fallback].Join != JoinKind.All)
            {
                Wrong(findings, fallback, "/join", $"Step '{steps[fallback].Id}' is a fallback; its join can only be all.");
            }
        }
    }

    private FailureRule Rule(ErrorRule rule, FallbackDefinition? fallback, int position, CompilerFindings findings) =>
        new(Action(rule.Default, fallback, position, findings))
        {
            ByKind = rule.ByKind
                .GroupBy(entry => entry.Key)
                .ToDictionary(group => group.Key, group => Action(group.Last().Value, fallback, position, findings)),
        };

    private FailureAction Action(ErrorAction action, FallbackDefinition? fallback, int position, CompilerFindings findings)
    {
        switch (action.Kind)
        {
            case ErrorActionKind.Continue:
                return new FailureAction(FailureActionKind.Continue);
            case ErrorActionKind.Step:
                return FallbackStep(action.Step!, "/options/onError", position, findings);
            case ErrorActionKind.Fallback when fallback is null:
                Wrong(
                    findings, position, "/options/onError", $"Step '{definition.Steps[position].Id}' has an onError of fallback, but no 'fallback'.");
                return FailureAction.Fail;
            case ErrorActionKind.Fallback when fallback.HasTransformed && definition.Steps[position].Options.OutputTransform is null:
                Wrong(
                    findings, position, "/options/fallback/transformed",
                    $"Step '{definition.Steps[position].Id}' has no outputTransform, so its fallback cannot have 'transformed'.");
                return FailureAction.Fail;
            case ErrorActionKind.Fallback:
                return fallback.Step is { } step
                    ? FallbackStep(step, "/options/fallback/step", position, findings)
                    : new FailureAction(FailureActionKind.Value);
            default:
                return FailureAction.Fail;
        }
    }

    private FailureAction FallbackStep(string id, string pointer, int position, CompilerFindings findings)
    {
        if (!positions.TryGetValue(id, out var fallback))
        {
            findings.Error(
                DiagnosticCodes.UnknownStep, WorkflowCompiler.Pointer(position) + pointer,
                $"Step '{definition.Steps[position].Id}' falls back on '{id}', and there is no such step.",
                findings.Suggestions.For(id, positions.Keys), position);
        }
        else if (fallback == position)
        {
            Wrong(findings, position, pointer, $"Step '{id}' falls back on itself.");
        }
        else
        {
            _fallbacks.Add(fallback);
            return new FailureAction(FailureActionKind.Step, fallback);
        }

        return FailureAction.Fail;
    }

    private static void Wrong(CompilerFindings findings, int position, string pointer, string message) =>
        findings.Error(DiagnosticCodes.WrongFallback, WorkflowCompiler.Pointer(position) + pointer, message, null, position);
}
