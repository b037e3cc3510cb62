using System.Globalization;
using Orchestrator.Activities.Feed;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Output;

/// <summary>Draws the steps of a running run as a table, ten times a second, until it is disposed or the terminal is closed.</summary>
internal sealed class LiveTable : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly PreparedRun _run;
    private readonly RunProjection _projection;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;

    /// <param name="projection">The state of the steps. Lock it to apply events: the table reads it on another thread.</param>
    public LiveTable(IAnsiConsole console, PreparedRun run, RunProjection projection)
    {
        _run = run;
        _projection = projection;
        _drawing = console.Live(StepTable.Of(_run, _projection)).AutoClear(true).StartAsync(DrawAsync);
    }

    /// <summary>Ends the drawing, and clears the table.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _drawing;
        }
        catch (IOException)
        {
            // The terminal was closed. The run goes on or ends as without a table.
        }

        _end.Dispose();
    }

    private async Task DrawAsync(LiveDisplayContext context)
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Interval, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.UpdateTarget(StepTable.Of(_run, _projection));
        }
    }
}

/// <summary>The table of a running run's steps.</summary>
internal static class StepTable
{
    /// <summary>The most rows that fit on a screen. Of longer runs only active and failed steps are shown.</summary>
    private const int MaxRows = 30;

    /// <summary>The table for the present state. Takes the projection's lock, as the code that applies events does.</summary>
    public static Table Of(PreparedRun run, RunProjection projection)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Step", "State", "Time", "Tokens", "Cost");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        table.Columns[4].RightAligned();
        lock (projection)
        {
            var steps = run.Steps.Select(step => (step.Id, Summary: projection.Step(step.Id))).ToList();
            var rows = steps.Count <= MaxRows ? steps : [.. steps.Where(step => IsActive(step.Summary.Status)).Take(MaxRows)];
            foreach (var (id, step) in rows)
            {
                table.AddRow(Row(id, step));
            }

            var progress = projection.Progress;
            table.Caption(string.Create(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Total} steps"));
        }

        return table;
    }

    /// <summary>A step's state in its colour, with the reason if there is one.</summary>
    public static Markup State(StepSummary step)
    {
        var words = Wording.Of(step.Status) + (step.Reason is null ? "" : $" ({step.Reason})");
        var color = step.Status switch
        {
            StepStatus.Completed or StepStatus.Reused => "green",
            StepStatus.Running => "blue",
            StepStatus.Retrying => "yellow",
            StepStatus.Failed => "red",
            _ => "grey",
        };
        return new Markup($"[{color}]{words}[/]");
    }

    private static bool IsActive(StepStatus status) =>
        status is StepStatus.Running or StepStatus.Retrying or StepStatus.Waiting or StepStatus.Failed;

    private static IRenderable[] Row(string id, StepSummary step)
    {
        var time = step is { Status: StepStatus.Running, StartedAt: { } started }
            ? Math.Max(0, (TimeProvider.System.GetUtcNow() - started).TotalMilliseconds)
            : step.DurationMs;
        return
        [
            new Text(id),
            State(step),
            new Text(step.Attempts == 0 ? "" : Wording.Duration(time)),
            new Text(step.Usage == default ? "" : Wording.Tokens(step.Usage)),
            new Text(step.Usage.EstimatedCost == 0 ? "" : Wording.Money(step.Usage.EstimatedCost)),
        ];
    }
}
