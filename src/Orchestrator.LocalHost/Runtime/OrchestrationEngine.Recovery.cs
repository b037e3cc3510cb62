using System.Text.Json;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What the journal knows becomes instances again; the unfinished ones go on by themselves.</summary>
internal sealed partial class OrchestrationEngine
{
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        var generations = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        await foreach (var id in Journal.ListAsync(cancellation).ConfigureAwait(false))
        {
            if (!generations.TryGetValue(id.InstanceId, out var known))
            {
                generations.Add(id.InstanceId, known = []);
            }

            known.Add(id.Generation);
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForEachAsync(generations, parallel, async (instance, token) =>
        {
            await RecoverAsync(EntryOf(instance.Key), instance.Value, token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        foreach (var entry in _entries.Values)
        {
            TerminateOrphan(entry);
            entry.Live?.Wake();
        }
    }

    private async Task RecoverAsync(InstanceEntry entry, List<int> generations, CancellationToken cancellation)
    {
        // The newest history that holds anything is the truth: it was durable before the one it replaces was to be deleted.
        generations.Sort();
        generations.Reverse();
        var found = false;
        foreach (var id in generations.Select(generation => new JournalId(entry.InstanceId, generation)))
        {
            if (found)
            {
                await DeleteHistoryAsync(id).ConfigureAwait(false);
                continue;
            }

            try
            {
                found = await LoadAsync(entry, id, cancellation).ConfigureAwait(false);
            }
            catch (JournalException problem)
            {
                _logger.LogError(problem, "The instance '{Instance}' is refused: {Problem}", entry.InstanceId, problem.Message);
                entry.Refuse(problem);
                return;
            }

            if (!found)
            {
                await DeleteHistoryAsync(id).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> LoadAsync(InstanceEntry entry, JournalId id, CancellationToken cancellation)
    {
        var history = new List<HistoryEvent>();
        await foreach (var record in Journal.ReadAsync(id, cancellation).ConfigureAwait(false))
        {
            history.Add(Parse(id, history.Count + 1, record));
        }

        if (history.Count == 0)
        {
            return false;
        }

        if (history[0] is not ExecutionStarted started)
        {
            throw new JournalException($"The history of '{id}' begins with {history[0].GetType().Name} instead of {nameof(ExecutionStarted)}.");
        }

        if (history.OfType<ExecutionCompleted>().FirstOrDefault() is { } end)
        {
            var status = history.OfType<CustomStatusSet>().LastOrDefault() is { } set ? set.Status : started.CustomStatus;
            entry.Publish(InstanceSnapshot.Of(entry.InstanceId, id.Generation, started, end.Status, status).EndedBy(end, status) with { ChildrenMustEnd = end.Recursive });
        }
        else
        {
            entry.Run(OrchestrationInstance.Recover(this, entry, id, history));
        }

        return true;
    }

    private static HistoryEvent Parse(JournalId id, int number, ReadOnlyMemory<byte> record)
    {
        try
        {
            return HistoryEventReader.Read(record.Span);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new JournalException($"Record {number} of the history of '{id}' cannot be understood: {problem.Message} Nothing was changed.", problem);
        }
    }

    /// <summary>A crash may have come between a recursive termination and the end of the children.</summary>
    private void TerminateOrphan(InstanceEntry entry)
    {
        if (entry.Live?.Parent is { } parent
            && Find(parent.InstanceId)?.Snapshot is { ChildrenMustEnd: true, Status: OrchestrationRuntimeStatus.Terminated })
        {
            _ = TerminateAsync(entry.InstanceId, null, recursive: true);
        }
    }
}
