using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.CrashSweep;

/// <summary>Sweeps in processes of its own, one for each processor: a sweep needs a thread pool without other work.</summary>
public static class SweepProcesses
{
    internal const string Rules = "rules";

    /// <summary>Sweeps definitions with one seed.</summary>
    /// <param name="definitions">Their names.</param>
    /// <param name="sample">The most cases of each definition, drawn by the seed.</param>
    /// <param name="onFiles">Whether everything is kept in a state folder, and not in memory.</param>
    /// <exception cref="SweepException">A process failed, or a run goes wrong without any fault.</exception>
    public static Task<SweepReport> RunAsync(IReadOnlyCollection<string> definitions, int seed, int sample, bool onFiles = false) =>
        RunPartsAsync(seed, sample, [SweepCase.Place(onFiles), .. definitions]);

    /// <summary>Plays generated definitions, one for each seed, without a fault.</summary>
    /// <param name="first">The first seed.</param>
    /// <exception cref="SweepException">A process failed.</exception>
    public static Task<SweepReport> RunRulesAsync(int first, int count) => RunPartsAsync(first, count, [Rules]);

    private static async Task<SweepReport> RunPartsAsync(int seed, int count, string[] what)
    {
        var parts = Environment.ProcessorCount;
        var all = new SweepReport();
        foreach (var report in await Task.WhenAll(Enumerable.Range(0, parts).Select(part => RunPartAsync([seed, count, part, parts], what))))
        {
            all.Add(report);
        }

        return all;
    }

    private static async Task<SweepReport> RunPartAsync(int[] numbers, string[] what)
    {
        using var sweep = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [typeof(SweepProcesses).Assembly.Location, .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)), .. what])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,

                // Profiling the code costs more than it gains in a minute.
                Environment = { ["DOTNET_TieredPGO"] = "0" },
            })!;
        var (said, complaints) = (sweep.StandardOutput.ReadToEndAsync(), sweep.StandardError.ReadToEndAsync());
        await sweep.WaitForExitAsync();
        return sweep.ExitCode == 0 ? JsonSerializer.Deserialize<SweepReport>(await said)! : throw new SweepException(await complaints);
    }
}
