using Orchestrator.CrashSweep;
using Xunit.Abstractions;

namespace Orchestrator.Functions.Tests.CrashSweep;

/// <summary>
/// Generated definitions, in which all rules meet, on the whole app: without a fault, and with faults at durable writes. Slices: all of it is
/// <c>bench -- rules-host --cases N --seed N</c> and <c>bench -- crash-generated --rounds N --seed N</c>.
/// </summary>
public sealed class GeneratedSweepTests(ITestOutputHelper output)
{
    private const int Cases = 500;

    /// <summary>Definitions of each kind that are swept.</summary>
    private const int Definitions = 20;

    /// <summary>The most cases of one definition.</summary>
    private const int Sample = 3;

    [Fact]
    public async Task What_the_feed_adds_up_to_is_what_was_decided_and_a_resumed_run_is_as_a_fresh_one()
    {
        var report = await SweepProcesses.RunRulesAsync(1, Cases);

        output.WriteLine($"{report}");
        Assert.True(report.Failures.Count == 0, $"Again: bench crash --case CASE.\n{string.Join("\n\n", report.Failures)}");
        Assert.InRange(report.Cases.Count, Cases * 9 / 10, Cases);
    }

    [Fact]
    public async Task Fault_at_any_durable_write_changes_no_result_of_a_steady_definition_and_leaves_any_other_as_it_was_decided()
    {
        var report = await SweepProcesses.RunAsync(
            [.. SweepDefinitions.FreeOnes(
                1, Definitions), .. SweepDefinitions.SteadyOnes(1, Definitions), .. SweepDefinitions.OlderOnes(1, Definitions)], seed: 1, Sample);

        output.WriteLine($"{report}");
        Assert.True(report.Failures.Count == 0, $"Again: bench crash --case CASE.\n{string.Join("\n\n", report.Failures)}");
    }
}
