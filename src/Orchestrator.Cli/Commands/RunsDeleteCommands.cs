using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Functions.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs delete|prune</c>: deletes runs that have ended, with everything that is kept of them.</summary>
internal static class RunsDeleteCommands
{
    private static readonly RunStatus[] Ended = [RunStatus.Completed, RunStatus.Failed, RunStatus.Cancelled, RunStatus.TimedOut];

    public static IEnumerable<Command> Create() => [Delete(), Prune()];

    private static Command Delete()
    {
        var runId = new Argument<string>("runId") { Description = "The run." };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("delete", "Delete a run that has ended: its records, outputs, events and histories.") { runId, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (id, where) = (parsed.GetRequiredValue(runId), parsed.Where(state, storage));
            var record = await KeptRuns.FindAsync(where, id, cancellationToken);
            if (!record.HasEnded)
            {
                throw new RunStateException($"Run '{id}' is {CommonOptions.Word(record.Status)}: cancel it before it is deleted.", record.Status);
            }

            await DeleteAsync(where, [id], cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Deleted run {id}.");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static Command Prune()
    {
        var age = new Option<TimeSpan>("--older-than")
        {
            Description = "Runs that ended longer ago than this: 30d, 12h, 45m.",
            HelpName = "AGE",
            Required = true,
            CustomParser = result =>
            {
                if (Age(result.Tokens.SingleOrDefault()?.Value ?? "") is { } parsed)
                {
                    return parsed;
                }

                result.AddError("--older-than takes a number and a unit: 30d, 12h or 45m.");
                return default;
            },
        };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("prune", "Delete the runs that ended long ago.") { age, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var before = TimeProvider.System.GetUtcNow() - parsed.GetRequiredValue(age);
            var ids = await EndedAsync(where, before, cancellationToken);
            await DeleteAsync(where, ids, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(ids.Count == 1 ? "Deleted 1 run." : $"Deleted {ids.Count} runs.");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static TimeSpan? Age(string text)
    {
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 36_500)
        {
            return null;
        }

        return text[^1] switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            'm' => TimeSpan.FromMinutes(number),
            _ => null,
        };
    }

    /// <summary>A run ends after it was created, so only those that were created before then can have ended before then.</summary>
    private static async Task<List<string>> EndedAsync(StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var store = where.OpenExistingContent();
        var lister = new RunLister(store, new RunStore(store));
        var ids = new List<string>();
        var filter = new RunFilter { Statuses = [.. Ended], To = before, Top = RunFilter.MaxTop };
        RunPage page;
        do
        {
            page = await lister.ListAsync(filter, cancellationToken);
            ids.AddRange(page.Runs.Where(run => run.CompletedAt < before).Select(run => run.RunId));
            filter = filter with { ContinuationToken = page.ContinuationToken };
        }
        while (page.ContinuationToken is not null);
        return ids;
    }

    private static async Task DeleteAsync(StateStorage where, List<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        using var served = await ServedFolder.FindAsync(where, cancellationToken);
        if (served is not null)
        {
            foreach (var id in ids)
            {
                await served.SendAsync(HttpMethod.Delete, $"runs/{id}", null, cancellationToken);
            }

            return;
        }

        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        var settings = new LocalAppSettings(where) { Recovers = instance => wanted.Contains(instance.Split('.')[0]) };
        await using var app = await LocalApp.StartAsync(settings, cancellationToken);
        var controls = app.Services.GetRequiredService<RunControls>();
        foreach (var id in ids)
        {
            await controls.DeleteAsync(app.Client, id, cancellationToken);
        }
    }
}
