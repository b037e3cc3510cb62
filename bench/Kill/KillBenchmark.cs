using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.EndToEnd.Kills;

namespace Orchestrator.Bench.Kill;

/// <summary>The real <c>serve</c> under load, killed at random moments and started again; the same campaign as the end-to-end tests'.</summary>
internal sealed class KillBenchmark : IBenchmark
{
    private const int Runs = 40;

    public string Name => "kill";

    public string Title => "`serve` under load, killed with SIGKILL and started again";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (rows, watch) = (new List<IReadOnlyList<string>>(), Stopwatch.StartNew());
        for (var round = 0; round < options.Rounds; round++)
        {
            var seed = options.Seed + round;
            try
            {
                var done = await new KillCampaign(seed, Runs).RunAsync();
                rows.Add([$"{seed}", $"{done.Runs}", string.Join(", ", done.KillsAfterMs), $"{done.Open}", $"{done.Finished}"]);
            }
            catch (KillException exception)
            {
                throw new WrongAnswerException($"Again: kill --seed {seed} --rounds 1. {exception.Message}");
            }

            MarkdownReport.Progress($"seed {seed}: {string.Join(" | ", rows[^1])}");
        }

        report.Paragraph($"{rows.Count} rounds in {watch.Elapsed.TotalSeconds:0} s: every accepted run completed with the right outputs, no finished attempt began again, list and records are readable.");
        report.Table(["seed", "runs", "killed after ms", "runs open at the first kill", "records at the last kill"], rows);
    }
}
