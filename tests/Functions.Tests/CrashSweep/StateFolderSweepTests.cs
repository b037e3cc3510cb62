using Orchestrator.CrashSweep;
using Xunit.Abstractions;

namespace Orchestrator.Functions.Tests.CrashSweep;

/// <summary>
/// The sweep over a state folder: a process is killed at a write, an hour, a day or a month passes, and the next one opens the folder and prunes it.
/// A slice, as in <see cref="CrashSweepTests"/>.
/// </summary>
public sealed class StateFolderSweepTests(ITestOutputHelper output)
{
    private const int Seed = 1;

    /// <summary>The most cases of one definition.</summary>
    private const int Sample = 4;

    [Fact]
    [Trait("Trust", "1")]
    public async Task Fault_at_any_durable_write_and_a_long_time_before_the_restart_change_no_result()
    {
        var report = await SweepProcesses.RunAsync(
            [.. SweepDefinitions.All.Where(definition => !definition.IsLarge).Select(definition => definition.Name)], Seed, Sample, onFiles: true);

        output.WriteLine($"{report}");
        Assert.True(report.Failures.Count == 0, $"Again: bench crash --case CASE.\n{string.Join("\n\n", report.Failures)}");
        Assert.Equal((SweepDefinitions.All.Count(definition => !definition.IsLarge), 0, 0), (report.Cases.Count, report.Different, report.Repeated));
    }
}
