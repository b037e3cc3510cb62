using System.Globalization;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Output;

/// <summary>How the steps of a run stand while it goes on.</summary>
internal static class StepTable
{
    /// <summary>More rows than this do not fit on a screen: of longer runs the steps that move are shown.</summary>
    private const int MaxRows = 30;

    /// <summary>The table as it is now. Events may come meanwhile: who applies them and who draws take the projection's lock.</summary>
    public static Table Of(PreparedRun run, RunProjection projection)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Step", "State", "Time", "Tokens", "Cost");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        table.Columns[4].RightAligned();
        lock (projection)
        {
            var shown = run.Steps.Select(step => (step.Id, Summary: projection.Step(step.Id))).ToList();
            var rows = shown.Count <= MaxRows ? shown : [.. shown.Where(step => IsMoving(step.Summary.Status)).Take(MaxRows)];
            foreach (var (id, step) in rows)
            {
                table.AddRow(Row(id, step));
            }

            var progress = projection.Progress;
            table.Caption(string.Create(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Total} steps"));
        }

        return table;
    }

    private static bool IsMoving(StepStatus status) => status is StepStatus.Running or StepStatus.Retrying or StepStatus.Waiting or StepStatus.Failed;

    private static IRenderable[] Row(string id, StepSummary step)
    {
        var time = step is { Status: StepStatus.Running, StartedAt: { } started }
            ? Math.Max(0, (TimeProvider.System.GetUtcNow() - started).TotalMilliseconds)
            : step.DurationMs;
        return
        [
            new Text(id),
            new Markup(StateMarkup.Of(step)),
            new Text(step.Attempts == 0 ? "" : Numbers.Duration(time)),
            new Text(step.Usage == default ? "" : Numbers.Tokens(step.Usage)),
            new Text(step.Usage.EstimatedCost == 0 ? "" : Numbers.Money(step.Usage.EstimatedCost)),
        ];
    }
}
