using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Documents;
using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Cli.Output;

/// <summary>What became of a run, for people: the steps, the outputs, time and money.</summary>
internal sealed class RunSummary
{
    private const int MaxRows = 100;

    private readonly IAnsiConsole _console;
    private readonly TextWriter _output;
    private readonly StateStorage _where;

    /// <param name="where">Where the run is kept.</param>
    public RunSummary(TextWriter output, bool color, StateStorage where)
    {
        _output = output;
        _where = where;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(ShownText.Below(output)),
        });
        if (!color)
        {
            // A pipe has no width, and the default of 80 characters would cut the table.
            _console.Profile.Width = 160;
        }
    }

    /// <param name="inputs">The run's inputs, which are among its outputs and need not be repeated; null when they were not written down.</param>
    /// <param name="driver">The process that drives it, in words; null when none is known to.</param>
    /// <param name="historyIsGone">Whether the history of its latest attempt is gone, so that only a fork can go on.</param>
    public void Print(RunDocument run, IReadOnlyCollection<string>? inputs, string? driver = null, bool historyIsGone = false)
    {
        PrintSteps(run);
        foreach (var line in AttemptHistory.Lines(run))
        {
            Say(line);
        }

        if (run.Steps.Where(step => step.Value.Simulated).Select(step => step.Key).ToList() is { Count: > 0 } simulated)
        {
            _output.WriteLine($"Made up by the simulated model: {NameList.Of(simulated)}.");
        }

        foreach (var warning in run.Warnings)
        {
            Say($"Warning: {warning}");
        }

        PrintOutputs(run, inputs ?? []);
        PrintFigures(run);
        if (run.Error is { } error)
        {
            Say(error.Step is null ? $"Error: {ErrorLine.Of(error)}" : $"Error in step '{error.Step}' ({StatusWords.Of(error.Kind)}): {ErrorLine.Of(error)}");
        }

        if ((inputs is null && run is { Attempt: 1, StartedAt: null }
                ? NextCommand.OfUnwritten(run.RunId, run.Status, _where)
                : NextCommand.Of(run.RunId, run.Status, run.Error, _where, driver, historyIsGone)) is { } next)
        {
            _output.WriteLine(next);
        }
    }

    private void Say(string sentence) => _output.WriteLine(NextCommand.Complete(sentence, _where));

    private void PrintSteps(RunDocument run)
    {
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
        new Markup(StateMarkup.Of(step)),
        new Text(Offset(run, step.StartedAt)),
        new Text(Offset(run, step.StartedAt is null ? null : step.CompletedAt)),
        new Text(step.Attempts == 0 ? "" : step.Attempts.ToString(CultureInfo.InvariantCulture)),
        new Text(step.Usage == default ? "" : Numbers.Tokens(step.Usage)),
        new Text(step.Usage == default ? "" : Numbers.Money(step.Usage.EstimatedCost)),
    ];

    private static string Offset(RunDocument run, DateTimeOffset? at) => at is null || run.StartedAt is null
        ? ""
        : Numbers.Offset(at.Value - run.StartedAt.Value);

    private void PrintOutputs(RunDocument run, IReadOnlyCollection<string> inputs)
    {
        if (run.Outputs is null || run.Steps.Count > MaxRows)
        {
            return;
        }

        foreach (var (name, value) in run.Outputs.Where(output => !inputs.Contains(output.Key)))
        {
            var text = value is JsonValue single && single.TryGetValue<string>(out var plain) ? plain : value?.ToJsonString(WorkflowJson.Compact) ?? "null";
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
            $"Run {run.RunId} {StatusWords.Of(run.Status)}: {Done(run)} in {Numbers.Duration(usage.TotalDurationMs)}"
            + $" ({Numbers.Duration(usage.WorkMs)} of work, {usage.ParallelEfficiency:0.00} at a time; no schedule can take less than {Numbers.Duration(usage.BoundMs)})."));
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{usage.InputTokens} input and {usage.OutputTokens} output tokens, {Numbers.Money(usage.EstimatedCost)}."));
    }

    /// <summary>All that have ended are done, but "5 of 5 steps" says nothing of a run that failed.</summary>
    private static string Done(RunDocument run)
    {
        if (run.Status == RunStatus.Completed)
        {
            return $"{run.Progress.Done} of {run.Progress.Total} steps";
        }

        var counts = run.Steps.Values.GroupBy(step => step.Status).OrderBy(group => group.Key).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
        return $"of {run.Progress.Total} steps {string.Join(", ", counts)},";
    }
}
