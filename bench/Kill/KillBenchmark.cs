using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.EndToEnd.Kills;

namespace Orchestrator.Bench.Kill;

/// <summary>
/// The real <c>serve</c> under load, killed at moments that the seed draws and started again: the campaign of the end-to-end tests.
/// </summary>
internal sealed class KillBenchmark : IBenchmark
{
    private const int Runs = 40;

    public string Name => "kill";

    public string Title => "`serve` under load, killed with SIGKILL and started again";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (rounds, rows, watch) = (new List<KillRound>(), new List<IReadOnlyList<string>>(), Stopwatch.StartNew());
        for (var seed = options.Seed; seed < options.Seed + options.Rounds; seed++)
        {
            var done = await RoundAsync(seed, options.Storage);
            rounds.Add(done);
            var kills = string.Join(", then ", done.Moments.Zip(done.Pauses, (moment, pause) => $"{moment}, {pause.Name}"));
            rows.Add([$"{seed}", kills, $"{done.Records}", $"{done.Open}", $"{done.Requests}", $"{done.Repeated}", done.Shows]);
            MarkdownReport.Progress($"seed {seed}: {string.Join(" | ", rows[^1])}");
        }

        Check(rounds);
        report.Paragraph(
            $"{rounds.Count} rounds of {Runs} runs on {options.Storage} in {watch.Elapsed.TotalSeconds:0} s, load average {Machine.Load()} at the "
            + "end: every accepted run completed with the right outputs, no recorded attempt began again or asked the model server again, the "
            + $"usage of each run is the sum of its records, list and records are readable. {rounds.Count(round => round.IsFull)} of the last kills "
            + "had both records and open runs.");
        report.Table(
            [
                "seed", "killed at, and the time before the next start", "records at the last kill", "runs open at the last kill",
                "requests to the model server", "of them repeated", "the last kill shows",
            ],
            rows);
    }

    private static async Task<KillRound> RoundAsync(int seed, string storage)
    {
        try
        {
            return await new KillCampaign(seed, Runs, storage).RunAsync();
        }
        catch (KillException exception)
        {
            throw new WrongAnswerException($"Again: kill --seed {seed} --rounds 1 --storage {storage}. {exception.Message}");
        }
    }

    /// <summary>Checks that several rounds killed at both kinds of moments, and once while there were both records and open runs.</summary>
    private static void Check(List<KillRound> rounds)
    {
        var afterRecord = rounds.SelectMany(round => round.Moments).Select(moment => moment.Records > 0).Distinct().Count();
        if (rounds.Count > 1 && (afterRecord < 2 || !rounds.Any(round => round.IsFull)))
        {
            throw new WrongAnswerException(
                "The campaign tried too little: it has kills of one kind only, or none that had both records and open runs.");
        }
    }
}
