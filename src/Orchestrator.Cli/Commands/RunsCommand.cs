using System.CommandLine;
using System.Text.Json;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Steps;
using Orchestrator.Activities.Stores;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs</c>: looks at runs that are kept, also while another process works on them.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var command = new Command("runs", "Look at runs and steer them.");
        foreach (var operation in (IEnumerable<Command>)[RunsListCommand.Create(), Show(), .. RunsControlCommands.Create(), RunsRestartCommand.Create(), RunsDeleteCommand.Create(), RunsPruneCommand.Create()])
        {
            command.Subcommands.Add(operation);
        }

        return command;
    }

    private static Command Show()
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var (json, noColor) = (CommonOptions.Json(), CommonOptions.NoColor());
        var command = new Command("show", "Show a run: its steps, outputs, time and money.") { runId, state, storage, json, noColor };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), parsed.Where(state, storage));
            var store = where.OpenExistingContent();
            var runs = new RunStore(store);
            var reader = Reader(runs, store);
            var run = NameRules.RunId.IsMatch(id) ? await reader.FindAsync(id, cancellationToken) : null;
            if (run is null)
            {
                if (NameRules.RunId.IsMatch(id) && await runs.FindAnyAsync(id, cancellationToken) is not null)
                {
                    throw new RunNotFoundException(id, isBeingDeleted: true);
                }

                throw new UsageException($"There is no run '{id}' in {(where.Kind == StorageKind.Files ? $"'{where.Folder}'" : where.Describe(store))}.");
            }

            var stored = run.Status;
            run = run with { Status = where.Drivers.Shown(id, run.Attempt, run.Status) };
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(run, WorkflowJson.IndentedDocument));
            }
            else
            {
                var color = !parsed.GetValue(noColor) && ReferenceEquals(ShownText.Below(output), Console.Out) && !Console.IsOutputRedirected;
                var attempt = new RunInput(id, run.Attempt);
                var driver = where.FindDriver(attempt);
                await output.WriteLineAsync(Header(run, StatusWords.Of(run.Status)));
                new RunSummary(output, color, where).Print(run, await InputNamesAsync(runs, run, cancellationToken), driver, driver is null && where.HistoryIsGone(attempt, stored));
            }

            return ExitCodes.Completed;
        });
        return command;
    }

    private static RunReader Reader(RunStore runs, IContentStore store)
    {
        var feed = new RunEventFeed(store, TimeProvider.System);
        return new RunReader(runs, new RunLogReader(feed, new CheckpointStore(store)), feed, TimeProvider.System);
    }

    /// <summary>The names of the inputs, which the outputs repeat; null when they were not written down. When they cannot be read, a warning in the document says why.</summary>
    private static async Task<List<string>?> InputNamesAsync(RunStore runs, RunDocument run, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAsync(run.RunId, cancellationToken) is { } record
                && await runs.FindPreparedAsync(record, run.Attempt, cancellationToken) is { } prepared ? [.. prepared.InputNames] : null;
        }
        catch (UnreadableRecordException)
        {
            return [];
        }
    }

    private static string Header(RunDocument run, string status) => string.Concat(
        $"Run {run.RunId} of workflow '{run.Workflow}'{(run.App is null ? "" : $" of app '{run.App}'")}, created {Numbers.Moment(run.CreatedAt)}",
        run.Environment == "default" ? "" : $", environment '{run.Environment}'",
        run.Tags.Count == 0 ? "" : $", tags {string.Join(", ", run.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}",
        $": {status}.");
}
