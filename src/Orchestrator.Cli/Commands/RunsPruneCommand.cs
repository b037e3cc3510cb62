using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Retention;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>orchestrator runs prune</c>: deletes runs that ended long ago, expired idempotency keys, old cached answers and unused definitions.
/// </summary>
internal static class RunsPruneCommand
{
    public static Command Create()
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
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be deleted." };
        var (state, storage) = (CommonOptions.State(), CommonOptions.KeptStorage());
        const string Description = "Delete the runs that ended long ago, expired idempotency keys, old kept answers and unused definitions.";
        var command = new Command("prune", Description) { age, dryRun, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var before = TimeProvider.System.GetUtcNow() - parsed.GetRequiredValue(age);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(dryRun))
            {
                var plan = await PlanAsync(where, before, cancellationToken);
                foreach (var run in plan.Runs)
                {
                    await output.WriteLineAsync($"{run.RunId}  {Wording.Name(run.Status)} {Wording.Moment(run.CompletedAt!.Value)}");
                }

                await output.WriteLineAsync(NextCommand.Complete($"{Deleted(plan)} would be deleted.{Kept(plan)}", where));
                return ExitCodes.Completed;
            }

            var report = await PruneAsync(where, before, cancellationToken);
            await output.WriteLineAsync(NextCommand.Complete($"Deleted {Deleted(report)}.{Kept(report)}", where));
            return ExitCodes.Completed;
        });
        return command;
    }

    private static async Task<PruneReport> PlanAsync(StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        using var stores = StateStores.OpenExisting(where);
        return await stores.Pruner.PruneAsync(before, dryRun: true, cancellationToken);
    }

    private static async Task<PruneReport> PruneAsync(StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(where, before, cancellationToken);
        var settings = new LocalAppSettings(where)
        {
            Runs = [.. plan.Runs.Select(run => run.RunId), .. plan.Leftovers],
            Continues = where.Kind == StorageKind.Files ? null : static run => run is null,
        };
        await using var app = await LocalApp.StartAsync(settings, cancellationToken);
        return await app.Services.GetRequiredService<RunPruner>().PruneAsync(app.Client, before, cancellationToken);
    }

    /// <summary>The runs first, then what else is deleted; other kinds of which there are none are left out.</summary>
    private static string Deleted(PruneReport report)
    {
        (int Number, string Noun)[] others =
        [
            (report.Leftovers.Count, "half deleted run"), (report.StartKeys, "expired idempotency key"),
            (report.Answers, "kept answer"), (report.Definitions, "unused definition"),
        ];
        var counts = others.Where(other => other.Number > 0).Select(other => Wording.Count(other.Number, other.Noun));
        return string.Join(", ", counts.Prepend(Wording.Count(report.Runs.Count, "run")));
    }

    /// <summary>The runs that are old enough and are kept all the same, with the reason; empty for none.</summary>
    private static string Kept(PruneReport report)
    {
        var (open, unreadable) = (report.Open, report.Unreadable);
        var unfinished = open.Count == 0
            ? ""
            : $" Kept {Wording.Count(open.Count, "run")} of that age that {Wording.Noun(open.Count, "has", "have")} not ended: "
                + $"{Wording.Names(open)}.";
        return unreadable.Count == 0
            ? unfinished
            : $"{unfinished} Kept {Wording.Count(unreadable.Count, "run")} whose record cannot be read: {Wording.Names(unreadable)}; "
                + $"'orchestrator runs delete RUN' deletes {Wording.Noun(unreadable.Count, "it", "them")}.";
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
}
