using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Feed;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Output;

/// <summary>Prints a run for people: its steps, attempts, outputs, time, cost, error and next command.</summary>
internal sealed class RunSummary
{
    private const int MaxRows = 100;

    private readonly IAnsiConsole _console;
    private readonly TextWriter _output;
    private readonly StateStorage _where;

    /// <param name="color">Whether the terminal's colours are used.</param>
    /// <param name="where">The storage of the run.</param>
    public RunSummary(TextWriter output, bool color, StateStorage where)
    {
        _output = output;
        _where = where;
        _console = ShownText.Terminal(output, color, interactive: false);
        if (!color)
        {
            // A pipe has no width, and Spectre's default of 80 characters would cut the table.
            _console.Profile.Width = 160;
        }
    }

    /// <summary>Prints the run.</summary>
    /// <param name="inputs">
    /// The names of the run's inputs: outputs of these names are not printed. Null when the start of the run was not written.
    /// </param>
    /// <param name="driver">The process that drives the run, as a phrase; null when none is known.</param>
    /// <param name="historyProblem">Why the history of the latest attempt is of no use, so that only a fork can continue; null when it is.</param>
    public void Print(RunDocument run, IReadOnlyCollection<string>? inputs, string? driver = null, string? historyProblem = null)
    {
        PrintSteps(run);
        foreach (var line in AttemptHistory.Lines(run))
        {
            WriteLine(line);
        }

        if (run.Steps.Where(step => step.Value.Simulated).Select(step => step.Key).ToList() is { Count: > 0 } simulated)
        {
            _output.WriteLine($"Made up by the simulated model: {Wording.Names(simulated)}.");
        }

        foreach (var warning in run.Warnings)
        {
            WriteLine($"Warning: {warning}");
        }

        PrintOutputs(run, inputs ?? []);
        PrintFigures(run);
        if (run.Error is { } error)
        {
            WriteLine(error.Step is null
                ? $"Error: {Wording.OneLine(error)}"
                : $"Error in step '{error.Step}' ({Wording.Name(error.Kind)}): {Wording.OneLine(error)}");
        }

        var next = inputs is null && run is { Attempt: 1, StartedAt: null }
            ? NextCommand.OfUnwritten(run.RunId, run.Status, _where)
            : run.Steps.Count == 0 ? null // What it executed is damaged, and the warning has what can be done.
            : NextCommand.Of(run.RunId, run.Status, run.Error, _where, driver, historyProblem);
        if (next is not null)
        {
            _output.WriteLine(next);
        }
    }

    private void WriteLine(string sentence) => _output.WriteLine(NextCommand.Complete(sentence, _where));

    private void PrintSteps(RunDocument run)
    {
        if (run.Steps.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("Step", "State", "From", "To", "Tries", "Tokens", "Cost");
        foreach (var column in table.Columns.Skip(2))
        {
            column.RightAligned();
        }

        foreach (var (id, step) in run.Steps.Take(MaxRows))
        {
            table.AddRow(Row(run, id, step));
        }

        if (run.Steps.Count > MaxRows)
        {
            table.Caption($"and {run.Steps.Count - MaxRows} more steps; --json lists all");
        }

        _console.Write(table);
    }

    private static IRenderable[] Row(RunDocument run, string id, StepSummary step) =>
    [
        new Text(id),
        StepTable.State(step),
        new Text(Offset(run, step.StartedAt)),
        new Text(Offset(run, step.StartedAt is null ? null : step.CompletedAt)),
        new Text(step.Attempts == 0 ? "" : step.Attempts.ToString(CultureInfo.InvariantCulture)),
        new Text(step.Usage == default ? "" : Wording.Tokens(step.Usage)),
        new Text(step.Usage == default ? "" : Wording.Money(step.Usage.EstimatedCost)),
    ];

    private static string Offset(RunDocument run, DateTimeOffset? at) => at is null || run.StartedAt is null
        ? ""
        : Wording.Offset(at.Value - run.StartedAt.Value);

    private void PrintOutputs(RunDocument run, IReadOnlyCollection<string> inputs)
    {
        if (run.Outputs is null || run.Steps.Count > MaxRows)
        {
            return;
        }

        foreach (var (name, value) in run.Outputs.Where(output => !inputs.Contains(output.Key)))
        {
            var text = value is JsonValue single && single.TryGetValue<string>(out var plain)
                ? plain
                : value?.ToJsonString(WorkflowJson.Compact) ?? "null";
            _output.WriteLine($"── {name} ──");
            _output.WriteLine(text);
            _output.WriteLine();
        }
    }

    private void PrintFigures(RunDocument run)
    {
        var usage = run.Usage;
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Run {run.RunId} {Wording.Of(run.Status)}{Done(run)} in {Wording.Duration(usage.TotalDurationMs)}"
            + $" ({Wording.Duration(usage.WorkMs)} of work, {usage.ParallelEfficiency:0.00} at a time;"
            + $" no schedule can take less than {Wording.Duration(usage.BoundMs)})."));
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{usage.InputTokens} input and {usage.OutputTokens} output tokens, {Wording.Money(usage.EstimatedCost)}."));
    }

    /// <summary>
    /// Finished of all steps; of a run that did not complete the number in each state, since failed and skipped steps are finished, too. Nothing of a
    /// run whose plan is missing: its steps are not known.
    /// </summary>
    private static string Done(RunDocument run)
    {
        if (run.Steps.Count == 0)
        {
            return "";
        }

        if (run.Status == RunStatus.Completed)
        {
            return $": {run.Progress.Done} of {run.Progress.Total} steps";
        }

        var counts = run.Steps.Values.GroupBy(step => step.Status)
            .OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Wording.Of(group.Key)}");
        return $": of {run.Progress.Total} steps {string.Join(", ", counts)},";
    }
}
