using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads the options of a workflow. Thread-safe.</summary>
internal static class WorkflowOptionsReader
{
    public static WorkflowOptions Read(ObjectReader workflow)
    {
        if (workflow.Object("options", "the workflow's options") is not { } options)
        {
            return new WorkflowOptions();
        }

        var adaptive = options.Take("maxParallelism") is { Kind: SourceKind.String } parallelism && IsAuto(options, parallelism);
        var read = new WorkflowOptions
        {
            MaxParallelism = options.Take("maxParallelism") is { Kind: SourceKind.String }
                ? null
                : options.Integer("maxParallelism", 1, DefinitionLimits.MaxParallelism),
            AdaptiveParallelism = adaptive,
            ParallelBatchDelay = options.Integer("parallelBatchDelay", 0),
            DefaultModel = options.String("defaultModel"),
            Timeout = options.Integer("timeout", 1),
            MaxDuration = options.Integer("maxDuration", 1),
            QueueSize = options.Integer("queueSize", 0),
            QueueFull = options.Choice<QueueFullPolicy>("queueFull"),
            Stream = options.Boolean("stream"),
            OnStepFailure = options.Choice<FailurePolicy>("onStepFailure"),
            Budget = Budget(options),
        };
        options.Finish();
        return read;
    }

    private static bool IsAuto(ObjectReader options, SourceNode value)
    {
        if (value.Text == "auto")
        {
            return true;
        }

        options.Error(
            DiagnosticCodes.WrongType, value, $"'maxParallelism' of the workflow's options must be a whole number or auto; it is '{value.Text}'.");
        return false;
    }

    /// <summary>
    /// The member <c>budget</c> of the options of a workflow or a run; null when it is absent, or not an object, which is reported.
    /// </summary>
    internal static BudgetDefinition? Budget(ObjectReader options)
    {
        if (options.Object("budget", "the budget") is not { } budget)
        {
            return null;
        }

        // Parsed as decimal, because a double keeps only 15 digits.
        var usd = budget.Number("usd", 0, 1_000_000_000, above: true) is null
            ? (decimal?)null
            : decimal.Parse(budget.Take("usd")!.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var read = new BudgetDefinition(usd, budget.Long("tokens", 1));
        if (budget.IsEmpty)
        {
            budget.Missing("usd", "The budget has no limit.");
        }

        budget.Finish();
        return read;
    }
}
