using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>A table of the steps that is drawn again while the run goes on. It is drawn beside the events.</summary>
internal sealed class LiveTable : IRunProgressView, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly PreparedRun _run;
    private readonly RunProjection _projection;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _drawing;

    public LiveTable(IAnsiConsole console, PreparedRun run, RunProjection projection)
    {
        _run = run;
        _projection = projection;
        _drawing = console.Live(StepTable.Of(_run, _projection)).AutoClear(true).StartAsync(DrawAsync);
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
            context.UpdateTarget(StepTable.Of(_run, _projection));
        }
    }
}
