using Orchestrator.Activities.Documents;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>A step's state as Spectre markup.</summary>
internal static class StateMarkup
{
    public static string Of(StepSummary step)
    {
        var words = step.Status.ToString().ToLowerInvariant() + (step.Reason is null ? "" : $" ({step.Reason})");
        return step.Status switch
        {
            StepStatus.Completed or StepStatus.Reused => $"[green]{words}[/]",
            StepStatus.Running => $"[blue]{words}[/]",
            StepStatus.Retrying => $"[yellow]{words}[/]",
            StepStatus.Failed => $"[red]{words}[/]",
            _ => $"[grey]{words}[/]",
        };
    }
}
