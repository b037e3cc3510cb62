using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Journals;

/// <summary>What writers of a journal came to.</summary>
/// <param name="Rate">Records per second.</param>
/// <param name="Latency">The seconds until one record was durable.</param>
internal sealed record AppendMeasurement(double Rate, Sample Latency)
{
    /// <summary>Runs the writers once on a new journal, and checks its records.</summary>
    public static async Task<AppendMeasurement> TakeAsync(AppendCase workload, BenchOptions options)
    {
        var folder = options.NewFolder();
        try
        {
            await using var journal = workload.Journal.Open(folder);
            var histories = workload.Shared ? 1 : workload.Writers;
            var ids = Enumerable.Range(0, histories).Select(writer => new JournalId($"history-{writer}", 0)).ToArray();
            var positions = new long[ids.Length];
            var record = Record(workload.Bytes);
            foreach (var history in Enumerable.Range(0, ids.Length))
            {
                // Creating the file is not part of an append.
                await AppendAsync(history);
            }

            var started = Stopwatch.GetTimestamp();
            var writers = Enumerable.Range(0, workload.Writers).Select(writer => Task.Run(() => WriteAsync(workload.Shared ? 0 : writer)));
            var latencies = await Task.WhenAll(writers);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await CheckAsync(journal, ids, workload);
            return new AppendMeasurement(workload.Writers * workload.Rounds / seconds, new Sample(latencies.SelectMany(each => each)));

            async Task<double[]> WriteAsync(int history)
            {
                var times = new double[workload.Rounds];
                for (var round = 0; round < times.Length; round++)
                {
                    var before = Stopwatch.GetTimestamp();
                    await AppendAsync(history);
                    times[round] = Stopwatch.GetElapsedTime(before).TotalSeconds;
                }

                return times;
            }

            Task AppendAsync(int history)
            {
                lock (positions)
                {
                    return journal.AppendAsync(ids[history], positions[history]++, record);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Record(int length)
    {
        var record = new byte[length];
        record.AsSpan().Fill((byte)'x');
        record[0] = record[^1] = (byte)'"';
        return record;
    }

    private static async Task CheckAsync(IJournal journal, JournalId[] ids, AppendCase workload)
    {
        var records = 0;
        foreach (var id in ids)
        {
            records += await journal.ReadAsync(id).CountAsync();
        }

        WrongAnswerException.ThrowUnless(
            records == ids.Length + (workload.Writers * workload.Rounds), $"{workload.Name}: the journal has {records} records.");
    }
}

/// <summary>Writers that each append a record, wait until it is durable, and append the next.</summary>
/// <param name="Bytes">The size of a record.</param>
/// <param name="Shared">Whether all write to one history, as the steps of a run do; otherwise each has its own.</param>
internal sealed record AppendCase(JournalKind Journal, int Writers, int Bytes, bool Shared)
{
    private const int MostBytes = 32 * 1024 * 1024;
    private const int MostRecords = 4_000;
    private const int LeastRounds = 4;

    /// <summary>How many records each writer appends.</summary>
    public int Rounds => Math.Max(LeastRounds, Math.Min(MostRecords, MostBytes / Bytes) / Math.Max(Writers, 8));

    public string Name => $"{Journal.Name}, {Writers} × {Bytes:N0} B, {(Shared ? "one history" : "a history each")}";
}
