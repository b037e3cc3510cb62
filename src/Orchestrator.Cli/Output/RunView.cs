using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>
/// Shows one run: a live table on a terminal, else a line per event. With <c>--json</c> the run's document goes to the output and the lines to the
/// error output.
/// </summary>
internal sealed class RunView : IAsyncDisposable
{
    private readonly TextWriter _output;
    private readonly TextWriter _progress;
    private readonly StateStorage _where;
    private readonly bool _json;
    private readonly bool _live;
    private readonly string? _streamed;
    private readonly IAnsiConsole _console;
    private RunProjection? _projection;
    private LiveTable? _table;
    private PlainLines? _lines;
    private IReadOnlyList<string> _inputs = [];
    private int _attempt;
    private bool _isWithinText;

    /// <param name="where">The storage of the run.</param>
    /// <param name="json">Whether the output is one JSON document.</param>
    /// <param name="color">Whether colours and the live table may be used.</param>
    /// <param name="streamed">The step whose text is printed while it is generated; null for none.</param>
    public RunView(StateStorage where, TextWriter output, TextWriter error, bool json, bool color, string? streamed)
    {
        _where = where;
        _output = output;
        _progress = json ? error : output;
        _json = json;
        _streamed = streamed;
        _live = color && !json && streamed is null && ShownText.IsTerminal(output);
        _console = ShownText.Terminal(_progress, _live, interactive: _live);
    }

    /// <summary>Prints the notes and the run's id, and shows its steps from then on.</summary>
    public void Begin(PreparedRun run, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            WriteLine(note);
        }

        var attempt = run.RunAttempt == 1 ? "" : $", attempt {run.RunAttempt}";
        var reused = run.Reused is { Count: > 0 } known ? $", {known.Count} of them reused" : "";
        WriteLine($"Run {run.RunId}{attempt}: {Wording.Count(run.Steps.Count, "step")}{reused}, at most {run.Plan.MaxParallelism} at a time.");
        _attempt = run.RunAttempt;
        _inputs = [.. run.InputNames];
        _projection = RunProjection.Of(run);
        if (_live)
        {
            _table = new LiveTable(_console, run, _projection);
        }
        else
        {
            _lines = new PlainLines(_progress);
        }
    }

    /// <summary>Prints a sentence on a line of its own.</summary>
    public void WriteLine(string sentence)
    {
        BreakText();
        _progress.WriteLine(NextCommand.Complete(sentence, _where));
    }

    /// <summary>Prints the result of a command that followed no run: the document with <c>--json</c>, else the sentence.</summary>
    public void End(JsonObject document, string sentence) =>
        _output.WriteLine(_json ? document.ToJsonString() : NextCommand.Complete(sentence, _where));

    /// <summary>The same with a document of the run's id and status.</summary>
    public void End(string runId, RunStatus status, string sentence) =>
        End(new JsonObject { ["runId"] = runId, ["status"] = Wording.Name(status) }, sentence);

    /// <summary>Prints the run at its end, after the view was disposed.</summary>
    public void End(RunDocument run)
    {
        BreakText();
        if (!_json)
        {
            new RunSummary(_output, _live, _where).Print(run, _inputs);
            return;
        }

        _output.WriteLine(JsonSerializer.Serialize(run, WorkflowJson.IndentedDocument));
        if (NextCommand.Of(run.RunId, run.Status, run.Error, _where) is { } next)
        {
            WriteLine(next);
        }
    }

    /// <summary>Ends the live table, so that the terminal can be used for other text.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_table is { } table)
        {
            _table = null;
            await table.DisposeAsync();
        }
    }

    /// <summary>Shows an event of the run.</summary>
    public void Show(RunEvent item)
    {
        if (item.RunAttempt != _attempt)
        {
            // An event of an earlier attempt was shown then. It still counts for time and cost.
            Apply(item);
        }
        else if (item.Event == RunEventNames.StepChunk)
        {
            if (item.StepId == _streamed && item.Text is { Length: > 0 } text)
            {
                _progress.Write(text);
                _isWithinText = text[^1] != '\n';
            }
        }
        else if (Apply(item))
        {
            if (item.Event != RunEventNames.StepReady)
            {
                BreakText();
            }

            _lines?.Show(item);
        }
    }

    /// <summary>Ends a line of streamed text.</summary>
    private void BreakText()
    {
        if (_isWithinText)
        {
            _progress.WriteLine();
            _isWithinText = false;
        }
    }

    private bool Apply(RunEvent item)
    {
        lock (_projection!)
        {
            return _projection.Apply(item);
        }
    }
}

/// <summary>Prints a line per event: the progress in logs and pipes.</summary>
internal sealed class PlainLines(TextWriter output)
{
    private DateTimeOffset? _start;

    /// <summary>Prints an event; events that are not shown, such as a step that is ready, print nothing.</summary>
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
        RunEventNames.StepCompleted when item.FallbackUsed == true => $"completed with its fallback: {Wording.OneLine(item.Error)}",
        RunEventNames.StepCompleted => $"completed in {Wording.Duration(item.DurationMs)}, {Spent(item.Usage)}",
        RunEventNames.StepRetrying when item.Reason == StepReason.Repeat =>
            $"ended a turn in {Wording.Duration(item.DurationMs)}, {Spent(item.Usage)}; another follows",
        RunEventNames.StepRetrying => $"attempt {item.Attempt} failed, may be tried again: {Wording.OneLine(item.Error)}",
        RunEventNames.StepFailed => $"failed: {Wording.OneLine(item.Error)}",
        RunEventNames.StepSkipped => $"skipped ({item.Reason})",
        RunEventNames.StepCancelled => $"cancelled ({item.Reason})",
        _ => null,
    };

    private static string Spent(TokenUsage? usage) => $"{Wording.Tokens(usage ?? default)}, {Wording.Money((usage ?? default).EstimatedCost)}";
}
