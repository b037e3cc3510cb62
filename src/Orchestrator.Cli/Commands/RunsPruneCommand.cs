using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Retention;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Runs;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator runs prune</c>: deletes the runs that ended long ago, and everything else that need not be kept.</summary>
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
        var command = new Command("prune", "Delete the runs that ended long ago, expired idempotency keys, old kept answers and unused definitions.") { age, dryRun, state, storage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var where = parsed.Where(state, storage);
            var before = TimeProvider.System.GetUtcNow() - parsed.GetRequiredValue(age);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(dryRun))
            {
                var plan = await LookAsync(where, before, cancellationToken);
                foreach (var run in plan.Runs)
                {
                    await output.WriteLineAsync($"{run.RunId}  {CommonOptions.Word(run.Status)} {Numbers.Moment(run.CompletedAt!.Value)}");
                }

                await output.WriteLineAsync(NextCommand.Complete($"{What(plan)} would be deleted.{Kept(plan)}", where));
                return ExitCodes.Completed;
            }

            var report = await PruneAsync(where, before, cancellationToken);
            await output.WriteLineAsync(NextCommand.Complete($"Deleted {What(report)}.{Kept(report)}", where));
            return ExitCodes.Completed;
        });
        return command;
    }

    private static async Task<PruneReport> LookAsync(StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        using var stores = StateStores.OpenExisting(where);
        return await stores.Pruner.PruneAsync(before, dryRun: true, cancellationToken);
    }

    private static async Task<PruneReport> PruneAsync(StateStorage where, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var plan = await LookAsync(where, before, cancellationToken);
        var settings = new LocalAppSettings(where)
        {
            Runs = [.. plan.Runs.Select(run => run.RunId), .. plan.Leftovers],
            Continues = where.Kind == StorageKind.Files ? null : static run => run is null,
        };
        await using var app = await LocalApp.StartAsync(settings, cancellationToken);
        return await app.Services.GetRequiredService<RunPruner>().PruneAsync(app.Client, before, cancellationToken);
    }

    private static string What(PruneReport report)
    {
        (int Count, string One, string Many)[] others =
        [
            (report.Leftovers.Count, "half deleted run", "half deleted runs"), (report.StartKeys, "expired idempotency key", "expired idempotency keys"),
            (report.Answers, "kept answer", "kept answers"), (report.Definitions, "unused definition", "unused definitions"),
        ];
        return string.Join(", ", others.Where(other => other.Count > 0).Select(other => Count(other.Count, other.One, other.Many)).Prepend(Count(report.Runs.Count, "run", "runs")));
    }

    private static string Kept(PruneReport report) => string.Concat(
        report.Open.Count == 0
            ? ""
            : $" Kept {Count(report.Open.Count, "run", "runs")} of that age that {(report.Open.Count == 1 ? "has" : "have")} not ended: {NameList.Of(report.Open)}.",
        report.Unreadable.Count == 0
            ? ""
            : $" Kept {Count(report.Unreadable.Count, "run", "runs")} whose record cannot be read: {NameList.Of(report.Unreadable)}; 'orchestrator runs delete RUN' deletes {(report.Unreadable.Count == 1 ? "it" : "them")}.");

    private static string Count(int number, string one, string many) => number == 1 ? $"1 {one}" : $"{number.ToString(CultureInfo.InvariantCulture)} {many}";

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
