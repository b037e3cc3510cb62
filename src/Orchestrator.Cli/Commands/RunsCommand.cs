using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs</c>: lists, shows and steers stored runs, also while other processes drive them.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var command = new Command("runs", "Look at runs and steer them.");
        IEnumerable<Command> subcommands =
            [RunsListCommand.Create(), Show(), .. RunsControlCommands.Create(), Restart(), RunsDeleteCommand.Create(), RunsPruneCommand.Create()];
        foreach (var subcommand in subcommands)
        {
            command.Subcommands.Add(subcommand);
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
            var runs = new RunStore(store, new RunLogStore(store));
            var reader = Reader(runs, store);
            var stored = RunStatus.Pending;
            var run = NameRules.RunId.IsMatch(id) ? await reader.FindAsync(id, ShownAsync, cancellationToken) : null;
            if (run is null)
            {
                if (NameRules.RunId.IsMatch(id) && await runs.FindAnyAsync(id, cancellationToken) is not null)
                {
                    throw new RunNotFoundException(id, isBeingDeleted: true);
                }

                var place = where.Kind == StorageKind.Files ? $"'{where.Folder}'" : where.Describe(store);
                throw new UsageException($"There is no run '{id}' in {place}.");
            }

            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(run, WorkflowJson.IndentedDocument));
            }
            else
            {
                var color = !parsed.GetValue(noColor) && ShownText.IsTerminal(output);
                var attempt = new RunInput(id, run.Attempt);
                var driver = where.FindDriver(attempt);
                var problem = driver is null && run.Status != RunStatus.Completed
                    ? await where.FindHistoryProblemAsync(attempt, stored, cancellationToken)
                    : null;
                await output.WriteLineAsync(Header(run));
                new RunSummary(output, color, where).Print(run, await InputNamesAsync(runs, run, cancellationToken), driver, problem);
            }

            return ExitCodes.Completed;

            Task<RunRecord> ShownAsync(RunRecord record)
            {
                stored = record.Status;
                return where.Drivers.ShownAsync(runs, record, cancellationToken);
            }
        });
        return command;
    }

    private static Command Restart()
    {
        var runId = new Argument<string>("runId") { Description = "The run whose definition and inputs are used again." };
        var options = new ForegroundOptions(CommonOptions.KeptStorage());
        var command = new Command("restart", "Start a new run with the same definition and inputs.") { runId };
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Interrupts.RunAsync(async interrupts =>
        {
            var id = parsed.GetRequiredValue(runId);
            await options.Where(parsed).RequireRunAsync(id, cancellationToken);
            await using var view = options.View(parsed);
            await using var app = await LocalApp.StartAsync(options.Settings(parsed), interrupts.StopRequested);
            var foreground = new ForegroundRun(app, view, interrupts);
            var run = await app.Services.GetRequiredService<RunStarter>().RestartAsync(app.Client, id, foreground.Caller, cancellationToken);
            return await foreground.FollowAsync(run, cancellationToken);
        }, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static RunReader Reader(RunStore runs, IContentStore store)
    {
        var logs = new RunLogStore(store);
        return new RunReader(runs, new RunLogReader(logs), new RunEventFeed(store, logs, TimeProvider.System), TimeProvider.System);
    }

    /// <summary>The names of the run's inputs.</summary>
    /// <returns>Null when the start of the run was not written. Empty when they cannot be read: a warning in the document says why.</returns>
    private static async Task<List<string>?> InputNamesAsync(RunStore runs, RunDocument run, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.FindAsync(run.RunId, cancellationToken) is { } record
                && await runs.FindPreparedAsync(record, run.Attempt, cancellationToken) is { } prepared
                    ? [.. prepared.InputNames]
                    : null;
        }
        catch (UnreadableRecordException)
        {
            return [];
        }
    }

    private static string Header(RunDocument run) => string.Concat(
        $"Run {run.RunId} of workflow '{run.Workflow}'{(run.App is null ? "" : $" of app '{run.App}'")}, created {Wording.Moment(run.CreatedAt)}",
        run.Environment == "default" ? "" : $", environment '{run.Environment}'",
        run.Tags.Count == 0 ? "" : $", tags {string.Join(", ", run.Tags.Select(tag => $"{tag.Key}={tag.Value}"))}",
        $": {Wording.Of(run.Status)}.");
}
