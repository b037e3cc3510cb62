using System.Diagnostics;
using Orchestrator.CrashSweep;
using Orchestrator.CrashSweep.Writes;
using Xunit.Abstractions;

namespace Orchestrator.Functions.Tests.CrashSweep;

/// <summary>
/// The whole app stops at any of its durable writes, or a write goes wrong, and the result is the same. A slice of the sweep: all of it, with many seeds,
/// is <c>dotnet run -c Release --project bench -- crash --seed N --cases N</c>, and <c>crash --case CASE</c> replays a case that failed.
/// </summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    private const string Seed = "1";

    /// <summary>The most cases of one definition.</summary>
    private const string Sample = "6";

    [Fact]
    public async Task Fault_at_any_durable_write_changes_no_result_and_repeats_no_finished_step()
    {
        using var sweep = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Orchestrator.CrashSweep.dll"), Seed, Sample])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complaints) = (sweep.StandardOutput.ReadToEndAsync(), sweep.StandardError.ReadToEndAsync());
        await sweep.WaitForExitAsync();

        output.WriteLine(await said);
        Assert.True(sweep.ExitCode == 0, $"Again: bench crash --case CASE.\n{await complaints}");
        Assert.Contains($"{SweepDefinitions.All.Count} definitions", await said, StringComparison.Ordinal);
        Assert.Contains(" 0 differences, 0 repeated finished steps", await said, StringComparison.Ordinal);
    }

    [Fact]
    public void Case_is_read_from_its_text()
    {
        var item = new SweepCase(SweepDefinitions.All[0], 7, SweepFault.DiesTorn, 12, 3);

        Assert.Equal(item, SweepCase.Parse(item.ToString(), SweepDefinitions.All));
        Assert.Null(SweepCase.Parse("nothing:1:DiesTorn:1:0", SweepDefinitions.All));
    }
}
