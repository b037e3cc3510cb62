using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs delete|prune</c>: deletes runs that have ended, with everything that is kept of them.</summary>
internal static class RunsDeleteCommands
{
    public static IEnumerable<Command> Create() => [Delete(), Prune()];

    private static Command Delete()
    {
        var runIds = new Argument<string[]>("runId") { Description = "The run; several are deleted together, or none of them.", Arity = ArgumentArity.OneOrMore };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("delete", "Delete runs that have ended: their records, outputs, events and histories.") { runIds, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var ids = parsed.GetRequiredValue(runIds).Distinct(StringComparer.Ordinal).ToList();
            var problems = new List<string>();
            foreach (var id in ids)
            {
                if (await ProblemAsync(where, id, cancellationToken) is { } problem)
                {
                    problems.Add(problem);
                }
            }

            if (problems.Count > 0)
            {
                throw new UsageException(ids.Count == 1 ? problems : [.. problems, "Nothing was deleted."]);
            }

            await DeleteAsync(where, ids, cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Deleted {(ids.Count == 1 ? "run" : "runs")} {string.Join(", ", ids)}.");
            return ExitCodes.Completed;
        });
        return command;
    }

    /// <summary>Why the run cannot be deleted; null when it can.</summary>
    private static async Task<string?> ProblemAsync(StateStorage where, string id, CancellationToken cancellationToken)
    {
        try
        {
            var record = await KeptRuns.FindAsync(where, id, cancellationToken);
            return record.HasEnded ? null : $"Run '{id}' is {CommonOptions.Word(record.Status)}: cancel it before it is deleted ('orchestrator runs cancel {id}').";
        }
        catch (RunNotFoundException missing)
        {
            return missing.Message;
        }
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

                result.AddError("--older-than takes a number and a unit, such as 30d, 12h or 45m, and at most 36500d.");
                return default;
            },
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say which runs would be deleted." };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        var command = new Command("prune", "Delete the runs that ended long ago.") { age, dryRun, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var before = TimeProvider.System.GetUtcNow() - parsed.GetRequiredValue(age);
            var (ended, open) = await OlderAsync(where, before, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(dryRun))
            {
                foreach (var run in ended)
                {
                    await output.WriteLineAsync($"{run.RunId}  {CommonOptions.Word(run.Status)} {Numbers.Moment(run.CompletedAt!.Value)}");
                }

                await output.WriteLineAsync($"{Count(ended)} would be deleted.{Kept(open)}");
                return ExitCodes.Completed;
            }

            await DeleteAsync(where, [.. ended.Select(run => run.RunId)], cancellationToken);
            await output.WriteLineAsync($"Deleted {Count(ended)}.{Kept(open)}");
            return ExitCodes.Completed;
        });
        return command;
    }

    private static string Count(List<RunListItem> runs) => runs.Count == 1 ? "1 run" : $"{runs.Count} runs";

    private static string Kept(List<RunListItem> open) => open.Count == 0
        ? ""
        : $" Kept {Count(open)} of that age that {(open.Count == 1 ? "has" : "have")} not ended: {NameList.Of([.. open.Select(run => run.RunId)])}.";

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
    private static async Task<(List<RunListItem> Ended, List<RunListItem> Open)> OlderAsync(
        StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var store = where.OpenExistingContent();
        var lister = new RunLister(store, new RunStore(store));
        var runs = new List<RunListItem>();
        var filter = new RunFilter { To = before, Top = RunFilter.MaxTop };
        RunPage page;
        do
        {
            page = await lister.ListAsync(filter, cancellationToken);
            runs.AddRange(page.Runs);
            filter = filter with { ContinuationToken = page.ContinuationToken };
        }
        while (page.ContinuationToken is not null);
        return (runs.FindAll(run => run.CompletedAt < before), runs.FindAll(run => run.CompletedAt is null));
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
