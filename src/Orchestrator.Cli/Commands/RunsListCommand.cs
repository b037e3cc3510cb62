using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs list</c>: lists stored runs, the newest first.</summary>
internal static class RunsListCommand
{
    private const int MaxNote = 80;

    public static Command Create()
    {
        var status = new Option<string[]>("--status") { Description = "Only runs in this state; may be given several times.", HelpName = "STATE" };
        CommonOptions.OneOf(status, [.. Enum.GetValues<RunStatus>().Select(Wording.Name)]);
        var workflow = new Option<string?>("--workflow") { Description = "Only runs of this workflow.", HelpName = "SLUG" };
        var top = CommonOptions.Number("--top", "How many runs.", 1, RunFilter.MaxTop);
        top.DefaultValueFactory = _ => RunFilter.DefaultTop;
        var (state, storage, json) = (CommonOptions.State(), CommonOptions.KeptStorage(), CommonOptions.Json());
        var command = new Command("list", "List runs, the newest first.") { status, workflow, top, state, storage, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var store = where.OpenExistingContent();
            var filter = new RunFilter
            {
                Statuses = parsed.GetValue(status) is { Length: > 0 } names
                    ? [.. Enum.GetValues<RunStatus>().Where(value => names.Contains(Wording.Name(value)))]
                    : null,
                Workflow = parsed.GetValue(workflow),
                Top = parsed.GetRequiredValue(top)!.Value,
            };
            var records = new RunStore(store, new RunLogStore(store));
            var lister = new RunLister(store, records, TimeProvider.System);
            var runs = await ListAsync(lister, record => where.Drivers.ShownAsync(records, record, cancellationToken), filter, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(new { runs }, WorkflowJson.IndentedDocument));
            }
            else
            {
                await PrintAsync(runs, where, output);
            }

            return ExitCodes.Completed;
        });
        return command;
    }

    /// <summary>Collects pages until the list is full: a page of a filter that few runs match is short.</summary>
    private static async Task<List<RunListItem>> ListAsync(
        RunLister lister, Func<RunRecord, Task<RunRecord>> shown, RunFilter filter, CancellationToken cancellationToken)
    {
        var runs = new List<RunListItem>();
        RunPage page;
        do
        {
            var rest = filter with { Top = filter.Top - runs.Count };
            page = await lister.ListAsync(rest, shown, cancellationToken);
            runs.AddRange(page.Runs);
            filter = filter with { ContinuationToken = page.ContinuationToken };
        }
        while (page.ContinuationToken is not null && runs.Count < filter.Top);
        return runs;
    }

    private static async Task PrintAsync(List<RunListItem> runs, StateStorage where, TextWriter output)
    {
        if (runs.Count == 0)
        {
            await output.WriteLineAsync("There are no such runs.");
            return;
        }

        string[][] rows =
        [
            ["Run", "State", "Attempt", "Created", "Took", "Workflow", "Note"],
            .. runs.Select(run => new[]
            {
                run.RunId, State(run), run.Attempt.ToString(CultureInfo.InvariantCulture), Wording.Moment(run.CreatedAt),
                Wording.Duration(run.DurationMs), run.Workflow, Note(run),
            }),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        foreach (var row in rows)
        {
            await output.WriteLineAsync(string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
        }

        if (runs.Exists(run => run.Status != RunStatus.Completed))
        {
            const string Advice = "'orchestrator runs show RUN' tells what can be done next with a run that has not completed.";
            await output.WriteLineAsync(NextCommand.Complete(Advice, where));
        }
    }

    private static string State(RunListItem run) => run.Unreadable ?? Wording.Name(run.Status);

    /// <summary>The reason that the user gave and the error, shortened to one line.</summary>
    private static string Note(RunListItem run)
    {
        var error = run.Error is not { } failure ? null : failure.Step is null ? failure.Message : $"Step '{failure.Step}': {failure.Message}";
        var words = $"{(run.Reason is null ? "" : Wording.Sentence(run.Reason))} {error}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var note = string.Join(' ', words);
        return note.Length <= MaxNote ? note : note[..(MaxNote - 1)] + "…";
    }
}
