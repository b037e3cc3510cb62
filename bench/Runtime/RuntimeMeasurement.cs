using Orchestrator.Bench.Reporting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Runtime;

/// <summary>The cost of running instances from their start to their durable end.</summary>
/// <param name="Activities">The activities of all instances.</param>
/// <param name="Seconds">From the call that starts the first instance to the durable end of the last.</param>
/// <param name="AllocatedBytes">By all threads.</param>
/// <param name="JournalBytes">The size of the journal's files at the end; 0 in memory.</param>
internal sealed record RuntimeMeasurement(int Activities, double Seconds, double ProcessorSeconds, long AllocatedBytes, long JournalBytes)
{
    /// <summary>Runs instances in a new state folder.</summary>
    /// <param name="atATime">How many run at the same time.</param>
    public static async Task<RuntimeMeasurement> TakeAsync(
        BenchOptions options, JournalKind journal, NoOpWork work, int instances = 1, int atATime = 1)
    {
        var folder = options.NewFolder();
        try
        {
            await using var host = await NoOpHost.StartAsync(journal.Open(folder));
            var meter = new ProcessMeter();
            var left = instances;
            await Task.WhenAll(Enumerable.Range(0, atATime).Select(async _ =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    await host.Client.EndAsync(await host.Client.ScheduleAsync(work), work);
                }
            }));
            var (seconds, processor, allocated) = (meter.Elapsed.TotalSeconds, meter.ProcessorTime.TotalSeconds, meter.AllocatedBytes);
            var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            return new RuntimeMeasurement(instances * work.Steps, seconds, processor, allocated, bytes);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Runs the instances as often as <see cref="BenchOptions.Repeat"/> says.</summary>
    public static async Task<IReadOnlyList<RuntimeMeasurement>> RepeatAsync(
        BenchOptions options, JournalKind journal, NoOpWork work, int instances = 1, int atATime = 1)
    {
        var runs = new List<RuntimeMeasurement>();
        for (var turn = 0; turn < options.Repeat; turn++)
        {
            runs.Add(await TakeAsync(options, journal, work, instances, atATime));
            MarkdownReport.Progress($"{journal.Name}, {instances:N0} × {work}: {Figures.Of(runs[^1].Activities / runs[^1].Seconds)} activities/s");
        }

        return runs;
    }
}

/// <summary>A journal to measure.</summary>
/// <param name="Open">Opens one in an empty folder.</param>
internal sealed record JournalKind(string Name, Func<string, IJournal> Open)
{
    public static JournalKind Files { get; } = new("files", folder => FileJournal.Open(folder));

    /// <summary>Without flushes: the time is that of the runtime alone.</summary>
    public static JournalKind Memory { get; } = new("memory", _ => new MemoryJournal());
}
