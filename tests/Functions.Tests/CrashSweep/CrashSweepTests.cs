using Orchestrator.CrashSweep;
using Orchestrator.CrashSweep.Writes;
using Xunit.Abstractions;

namespace Orchestrator.Functions.Tests.CrashSweep;

/// <summary>
/// A fault at any durable write or activity of the whole app leaves the same result. A slice of the sweep: all of it is
/// <c>dotnet run -c Release --project bench -- crash --seed N --rounds SEEDS</c>, and <c>crash --case CASE</c> replays a case that failed.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    private const int Seed = 1;

    /// <summary>The most cases of one definition.</summary>
    private const int Sample = 30;

    /// <summary>The same for a definition with long cases.</summary>
    private const int SmallSample = 2;

    [Fact]
    public async Task Fault_at_any_durable_write_or_activity_changes_no_result_and_repeats_no_finished_step()
    {
        var large = SweepDefinitions.All.ToLookup(definition => definition.IsLarge, definition => definition.Name);

        var report = await SweepProcesses.RunAsync([.. large[false]], Seed, Sample);
        report.Add(await SweepProcesses.RunAsync([.. large[true]], Seed, SmallSample));

        output.WriteLine($"{report}");
        Assert.True(report.Failures.Count == 0, $"Again: bench crash --case CASE.\n{string.Join("\n\n", report.Failures)}");
        Assert.Equal((SweepDefinitions.All.Count, 0, 0), (report.Cases.Count, report.Different, report.Repeated));
    }

    [Fact]
    public void Case_is_read_from_its_text()
    {
        var item = new SweepCase(SweepDefinitions.All[0], 7, SweepFault.DiesTorn, 12, 3, 24, OnFiles: true);

        Assert.Equal(item, SweepCase.Parse(item.ToString()));
        Assert.Null(SweepCase.Parse("nothing:1:DiesTorn:1:0:0:memory"));
    }
}
