using System.Globalization;
using Orchestrator.Activities.Events;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Cli.Output;

/// <summary>One line per event, for logs and pipes.</summary>
internal sealed class PlainLines(TextWriter output) : IRunProgressView
{
    private DateTimeOffset? _start;

    public void Show(RunEvent item)
    {
        _start ??= item.At;
        if (Words(item) is { } words)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(item.At - _start.Value).TotalSeconds,7:0.00} s  {item.StepId} {words}"));
        }
    }

    private static string? Words(RunEvent item) => item.Event switch
    {
        RunEventNames.StepStarted => item.Attempt > 1 ? $"started again (attempt {item.Attempt})" : "started",
        RunEventNames.StepCompleted when item.FallbackUsed == true => $"completed with its fallback: {ErrorLine.Of(item.Error)}",
        RunEventNames.StepCompleted => $"completed in {Numbers.Duration(item.DurationMs)}, {Spent(item.Usage)}",
        RunEventNames.StepRetrying when item.Reason == StepReason.Repeat => $"ended a turn in {Numbers.Duration(item.DurationMs)}, {Spent(item.Usage)}; another follows",
        RunEventNames.StepRetrying => $"attempt {item.Attempt} failed, may be tried again: {ErrorLine.Of(item.Error)}",
        RunEventNames.StepFailed => $"failed: {ErrorLine.Of(item.Error)}",
        RunEventNames.StepSkipped => $"skipped ({item.Reason})",
        RunEventNames.StepCancelled => $"cancelled ({item.Reason})",
        _ => null,
    };

    private static string Spent(TokenUsage? usage) => $"{Numbers.Tokens(usage ?? default)}, {Numbers.Money((usage ?? default).EstimatedCost)}";
}
