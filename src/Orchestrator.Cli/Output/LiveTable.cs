using System.Globalization;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Output;

/// <summary>A table of the steps that is drawn again while the run goes on. It is drawn beside the events, so both take the projection's lock.</summary>
internal sealed class LiveTable : IRunProgressView, IDisposable
{
    /// <summary>More rows than this do not fit on a screen: of longer runs the steps that move are shown.</summary>
    private const int MaxRows = 30;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly PreparedRun _run;
    private readonly RunProjection _projection;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;

    public LiveTable(IAnsiConsole console, PreparedRun run, RunProjection projection)
    {
        _run = run;
        _projection = projection;
        _drawing = console.Live(Table()).AutoClear(true).StartAsync(DrawAsync);
    }

    public void Show(RunEvent item)
    {
        // The projection has it already; the next drawing shows it.
    }

    public void Dispose()
    {
        _end.Cancel();
        _drawing.GetAwaiter().GetResult();
        _end.Dispose();
    }

    private async Task DrawAsync(LiveDisplayContext context)
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Interval, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.UpdateTarget(Table());
        }
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Step", "State", "Time", "Tokens", "Cost");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        table.Columns[4].RightAligned();
        lock (_projection)
        {
            var shown = _run.Steps.Select(step => (step.Id, Summary: _projection.Step(step.Id))).ToList();
            var rows = shown.Count <= MaxRows ? shown : [.. shown.Where(step => IsMoving(step.Summary.Status)).Take(MaxRows)];
            foreach (var (id, step) in rows)
            {
                table.AddRow(Row(id, step));
            }

            var done = shown.Count(step => step.Summary.CompletedAt is not null);
            table.Caption(string.Create(CultureInfo.InvariantCulture, $"{done} of {shown.Count} steps"));
        }

        return table;
    }

    private static bool IsMoving(StepStatus status) => status is StepStatus.Running or StepStatus.Retrying or StepStatus.Waiting or StepStatus.Failed;

    private static IRenderable[] Row(string id, StepSummary step)
    {
        var time = step is { Status: StepStatus.Running, StartedAt: { } started }
            ? (TimeProvider.System.GetUtcNow() - started).TotalMilliseconds
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
