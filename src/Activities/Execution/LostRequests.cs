using Microsoft.Extensions.Caching.Memory;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// How many requests of an attempt may have been paid for without an answer that was recorded. An attempt is executed only while it has no record,
/// so every <c>step.started</c> of it that the feed has before this execution tells its own is of an execution that was lost. Where one process at a
/// time drives a run, its feed is read once, before the first step that the process executes of an attempt of the run, and again only after an
/// execution of the process's own was lost; where several do, it is read for an attempt that was taken over. Thread-safe.
/// </summary>
/// <param name="isShared">Whether several processes work on a run at the same time.</param>
public sealed class LostRequests(RunEventFeed feed, bool isShared) : IDisposable
{
    /// <summary>What was read leaves the cache when no step asked for it in this time, and is read again when one does.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _read = new(new MemoryCacheOptions());

    /// <param name="takenOver">Another process held the attempt's claim and is gone: at least one request may have been made.</param>
    internal async Task<int> CountAsync(ExecuteStepInput call, bool takenOver, CancellationToken cancellationToken)
    {
        if (isShared)
        {
            return takenOver ? Math.Max(1, Of(await ReadAsync(call.Run, call.RunAttempt), call)) : 0;
        }

        // Reading begins when the entry is in the cache: what Forget is called for is then either read, or makes the feed be read again.
        var reading = _read.GetOrCreate((call.Run, call.RunAttempt), entry =>
        {
            entry.SlidingExpiration = CacheLifetime;
            return new Lazy<Task<Dictionary<(string Step, int Attempt), HashSet<DateTimeOffset>>>>(() => ReadAsync(call.Run, call.RunAttempt));
        })!;
        try
        {
            return Of(await reading.Value.WaitAsync(cancellationToken), call);
        }
        catch
        {
            Forget(call);
            throw;
        }
    }

    /// <summary>An execution of this process has ended without a record: the feed is read again when a step of the run is executed next.</summary>
    internal void Forget(ExecuteStepInput call) => _read.Remove((call.Run, call.RunAttempt));

    public void Dispose() => _read.Dispose();

    private static int Of(Dictionary<(string Step, int Attempt), HashSet<DateTimeOffset>> begun, ExecuteStepInput call) =>
        begun.GetValueOrDefault((call.StepId, call.Attempt))?.Count ?? 0;

    /// <summary>
    /// When the executions of each attempt without an end began. A repeated append names the same moment twice; two executions began
    /// at two.
    /// </summary>
    internal async Task<Dictionary<(string Step, int Attempt), HashSet<DateTimeOffset>>> ReadAsync(RunIdentity run, int runAttempt)
    {
        var begun = new Dictionary<(string Step, int Attempt), HashSet<DateTimeOffset>>();
        foreach (var item in (await feed.ReadAsync(run, 0, CancellationToken.None)).Events)
        {
            if (item is not { StepPath: { } step, Attempt: { } attempt } || item.RunAttempt != runAttempt)
            {
                continue;
            }

            if (item.Event == RunEventNames.StepStarted)
            {
                if (!begun.TryGetValue((step, attempt), out var moments))
                {
                    begun.Add((step, attempt), moments = []);
                }

                moments.Add(item.At);
            }
            else if (RunEventNames.EndsAttempt(item.Event))
            {
                begun.Remove((step, attempt));
            }
        }

        return begun;
    }
}
