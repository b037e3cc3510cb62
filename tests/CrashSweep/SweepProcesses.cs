using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Orchestrator.CrashSweep;

/// <summary>Sweeps in processes of its own, one for each processor: a sweep needs a thread pool that nobody else uses.</summary>
public static class SweepProcesses
{
    /// <summary>Sweeps definitions with one seed.</summary>
    /// <param name="definitions">Their names.</param>
    /// <param name="sample">The most cases of each definition, drawn by the seed.</param>
    /// <exception cref="SweepException">A process failed, or a run goes wrong without any fault.</exception>
    public static async Task<SweepReport> RunAsync(IReadOnlyCollection<string> definitions, int seed, int sample)
    {
        var parts = Environment.ProcessorCount;
        var all = new SweepReport();
        foreach (var report in await Task.WhenAll(Enumerable.Range(0, parts).Select(part => RunPartAsync(definitions, seed, sample, part, parts))))
        {
            all.Add(report);
        }

        return all;
    }

    private static async Task<SweepReport> RunPartAsync(IReadOnlyCollection<string> definitions, int seed, int sample, int part, int parts)
    {
        string[] numbers = [.. new[] { seed, sample, part, parts }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
        using var sweep = Process.Start(
            new ProcessStartInfo("dotnet", [typeof(SweepProcesses).Assembly.Location, .. numbers, .. definitions])
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
