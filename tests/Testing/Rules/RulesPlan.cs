using System.Text;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Testing.Rules;

/// <summary>A case as it is scheduled: read, checked and compiled as a user's definition is.</summary>
/// <param name="Run">What is scheduled.</param>
/// <param name="Definition">What the steps do.</param>
public sealed record RulesPlan(RunPlan Run, WorkflowDefinition Definition)
{
    /// <summary>The findings that a definition which may be refused may have.</summary>
    private static readonly string[] Explained = [DiagnosticCodes.WrongFallback, DiagnosticCodes.WrongFinally, DiagnosticCodes.DependencyCycle];

    /// <summary>Null when validation refuses the definition, for the reason that the case gives.</summary>
    /// <exception cref="RulesException">Validation refuses it for another reason.</exception>
    public static RulesPlan? Of(RulesCase item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(item.Definition.ToJsonString()));
        if (read.Workflow is not { } workflow)
        {
            var errors = read.Diagnostics.Where(finding => finding.Severity == DiagnosticSeverity.Error).ToList();
            return item.MayBeRefused is not null && errors.TrueForAll(error => Explained.Contains(error.Code))
                ? null
                : throw new RulesException(
                    $"Validation refuses what it should not: {string.Join(' ', errors.Select(error => $"{error.Pointer} {error.Message}"))}");
        }

        var options = workflow.Definition.Options;
        return new RulesPlan(
            new RunPlan
            {
                RunId = "rules",
                Steps = [.. workflow.Graph.Steps.Select(
                    (step, position) => workflow.Definition.Steps[position].When == RulesCase.NeverHolds ? step with { Never = true } : step)],
                MaxParallelism = options.MaxParallelism ?? WorkflowOptions.DefaultMaxParallelism,
                AdaptiveParallelism = options.AdaptiveParallelism,
                Budget = options.Budget,
                ParallelBatchDelayMs = options.ParallelBatchDelay ?? WorkflowOptions.DefaultParallelBatchDelay,
                OnStepFailure = options.OnStepFailure ?? FailurePolicy.Stop,
                MaxDurationMs = options.MaxDuration,
                QueueSize = options.QueueSize,
                QueueFull = options.QueueFull ?? QueueFullPolicy.Fail,
            },
            workflow.Definition);
    }

    /// <summary>The action that follows a failure of this kind.</summary>
    internal FailureActionKind After(int step, ErrorKind kind) => Run.Steps[step].OnError?.For(kind).Kind ?? FailureActionKind.Fail;
}
