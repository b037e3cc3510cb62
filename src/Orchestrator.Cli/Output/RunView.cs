using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Serialization;
using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Shows one run: a live table on a terminal, plain lines elsewhere; with --json the document on the output and the lines on the error output.</summary>
internal sealed class RunView
{
    private readonly TextWriter _output;
    private readonly TextWriter _progress;
    private readonly StateStorage _where;
    private readonly bool _json;
    private readonly bool _live;
    private readonly string? _streamed;
    private readonly IAnsiConsole _console;
    private RunProjection? _projection;
    private IRunProgressView? _view;
    private IReadOnlyList<string> _inputs = [];
    private int _attempt;
    private bool _withinText;

    /// <param name="where">Where the run is kept.</param>
    /// <param name="color">False: no colours and no live table.</param>
    /// <param name="streamed">The step whose text is printed while it is written; null for none.</param>
    public RunView(StateStorage where, TextWriter output, TextWriter error, bool json, bool color, string? streamed)
    {
        _where = where;
        _output = output;
        _progress = json ? error : output;
        _json = json;
        _streamed = streamed;
        _live = color && !json && streamed is null && ReferenceEquals(ShownText.Below(output), Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _live ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = _live ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = _live ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(ShownText.Below(_progress)),
        });
    }

    public void Begin(PreparedRun run, IReadOnlyList<string> notes)
    {
        foreach (var note in notes)
        {
            Say(note);
        }

        var attempt = run.RunAttempt == 1 ? "" : $", attempt {run.RunAttempt}";
        var reused = run.Reused is { Count: > 0 } known ? $", {known.Count} of them reused" : "";
        Say($"Run {run.RunId}{attempt}: {run.Steps.Count} {(run.Steps.Count == 1 ? "step" : "steps")}{reused}, at most {run.Plan.MaxParallelism} at a time.");
        _attempt = run.RunAttempt;
        _inputs = [.. run.InputNames];
        _projection = RunProjection.Of(run);
        _view = _live ? new LiveTable(_console, run, _projection) : new PlainLines(_progress);
    }

    /// <summary>Prints a sentence between what else is shown.</summary>
    public void Say(string sentence)
    {
        BreakText();
        _progress.WriteLine(NextCommand.Complete(sentence, _where));
    }

    /// <summary>Instead of a run: another process was asked, and this is its answer.</summary>
    public void EndElsewhere(JsonObject answer, string sentence) => _output.WriteLine(_json ? answer.ToJsonString() : NextCommand.Complete(sentence, _where));

    public void Show(RunEvent item)
    {
        if (item.RunAttempt != _attempt)
        {
            // Told when it happened; it still counts for time and money.
            Apply(item);
        }
        else if (item.Event == RunEventNames.StepChunk)
        {
            if (item.StepId == _streamed && item.Text is { Length: > 0 } text)
            {
                _progress.Write(text);
                _withinText = text[^1] != '\n';
            }
        }
        else if (Apply(item))
        {
            if (item.Event != RunEventNames.StepReady)
            {
                BreakText();
            }

            _view!.Show(item);
        }
    }

    /// <summary>A line of its own does not continue a streamed one.</summary>
    private void BreakText()
    {
        if (_withinText)
        {
            _progress.WriteLine();
            _withinText = false;
        }
    }

    private bool Apply(RunEvent item)
    {
        lock (_projection!)
        {
            return _projection.Apply(item);
        }
    }

    public void End(RunDocument run)
    {
        (_view as IDisposable)?.Dispose();
        BreakText();
        if (!_json)
        {
            new RunSummary(_output, _live, _where).Print(run, _inputs);
            return;
        }

        _output.WriteLine(JsonSerializer.Serialize(run, WorkflowJson.IndentedDocument));
        if (NextCommand.Of(run.RunId, run.Status, run.Error, _where) is { } next)
        {
            Say(next);
        }
    }
}
