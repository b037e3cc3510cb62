using DurableTask.Core.Exceptions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Takes instances for this process, so that they run here, and releases those that have ended.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Maximum time to wait until another process releases an instance that has ended: it only writes the extract.</summary>
    private static readonly TimeSpan RestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Interval between the tries.</summary>
    private static readonly TimeSpan RestInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Goes on with an unfinished instance that no process drives.</summary>
    /// <returns>Who drives it instead, in words; null when it goes on here, has ended, or is unknown.</returns>
    public async Task<string?> GoOnAsync(string instanceId, CancellationToken cancellation)
    {
        ThrowIfStopped();
        if (await FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false) is null or { IsFinished: true })
        {
            return null;
        }

        if (_shared is null)
        {
            await OpenUnreadAsync(instanceId).ConfigureAwait(false);
            Find(instanceId)?.ThrowIfFaulted();
            return null;
        }

        var holder = await DriveAsync(instanceId, cancellation).ConfigureAwait(false);
        Find(instanceId)?.ThrowIfFaulted();
        return holder;
    }

    /// <returns>Who drives it instead, in words; null when it goes on here, has ended, or is refused.</returns>
    private async Task<string?> DriveAsync(string instanceId, CancellationToken cancellation)
    {
        if (Find(instanceId) is not { Hold: not null } && await FindHolderAsync(instanceId, cancellation).ConfigureAwait(false) is { } holder)
        {
            return holder.ToString();
        }

        await foreach (var id in _shared!.ListAsync(cancellation).ConfigureAwait(false))
        {
            // Instances that it started are looked for when its history asks for them.
            _resting[id.InstanceId] = true;
        }

        var entry = EntryOf(instanceId);
        if (await OpenAsync(entry, cancellation).ConfigureAwait(false) is { } other)
        {
            return other;
        }

        entry.Live?.Wake();
        entry.Release();
        return null;
    }

    /// <summary>
    /// As <see cref="OpenAsync"/>, but an instance that has ended is waited for: the process that drove it releases it once its extract is written.
    /// </summary>
    /// <returns>Who holds it instead, in words, and whether it has ended but was not released within 10 s; null when this process holds it.</returns>
    private async Task<(string Holder, bool HasEnded)?> OpenEndedAsync(InstanceEntry entry)
    {
        var asked = Time.GetTimestamp();
        while (await OpenAsync(entry, CancellationToken.None).ConfigureAwait(false) is { } holder)
        {
            if (await FindReadableAsync(entry.InstanceId, CancellationToken.None).ConfigureAwait(false) is not { IsFinished: true })
            {
                return (holder, false);
            }

            if (Time.GetElapsedTime(asked) >= RestTimeout)
            {
                return (holder, true);
            }

            await Task.Delay(RestInterval, Time).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Makes an instance this process's own, until its entry is released, and reads what is there of it. It does not begin to run.</summary>
    /// <param name="generations">Its histories, the newest first; null: they are looked for.</param>
    /// <returns>Who holds it instead, in words; null when this process holds it.</returns>
    private async Task<string?> OpenAsync(InstanceEntry entry, CancellationToken cancellation, List<JournalId>? generations = null)
    {
        if (_shared is not null)
        {
            await entry.Rested.WaitAsync(cancellation).ConfigureAwait(false);
        }

        await entry.Opening.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (_shared is null)
            {
                entry.Take(null);
                if (_unread.TryGetValue(entry.InstanceId, out var histories))
                {
                    await ReadOpenedAsync(entry, histories, cancellation).ConfigureAwait(false);

                    // Only now: whoever asks meanwhile must find it.
                    _unread.TryRemove(entry.InstanceId, out _);
                }

                return null;
            }

            var isNew = false;
            if (!entry.TryUse(out var isKnown))
            {
                if (await _shared.HoldAsync(entry.InstanceId, cancellation).ConfigureAwait(false) is not { } hold)
                {
                    return _shared.FindHolder(entry.InstanceId)?.ToString() ?? "another process";
                }

                isNew = hold.IsFirst && !_resting.ContainsKey(entry.InstanceId);
                entry.Take(new InstanceTreeHold(entry.InstanceId, hold));
            }

            if (!isKnown && !isNew && entry is { Live: null, Snapshot: null, Fault: null })
            {
                await ReadOpenedAsync(entry, generations, cancellation).ConfigureAwait(false);
            }

            return null;
        }
        finally
        {
            entry.Opening.Release();
        }
    }

    /// <summary>An instance that was not to go on does so after all.</summary>
    private async Task OpenUnreadAsync(string instanceId)
    {
        var entry = EntryOf(instanceId);
        await OpenAsync(entry, CancellationToken.None).ConfigureAwait(false);
        entry.Live?.Wake();
        entry.Release();
    }

    private async Task ReadOpenedAsync(InstanceEntry entry, List<JournalId>? generations, CancellationToken cancellation)
    {
        try
        {
            generations ??= await GenerationsAsync(entry.InstanceId, cancellation).ConfigureAwait(false);
            await RecoverAsync(entry, generations, cancellation).ConfigureAwait(false);
        }
        catch
        {
            // It is still to go on: it is looked for again.
            entry.Release(HoldRelease.Unfinished);
            throw;
        }
    }

    /// <summary>An instance that a recovered one had started before: it goes on with its parent, or had ended before the parent recorded that.</summary>
    private async Task OpenChildAsync(OrchestrationInstance parent, InstanceEntry parentEntry, ParentLink link, SubOrchestrationCreated call)
    {
        var child = EntryOf(call.InstanceId);
        child.Share(parentEntry);
        try
        {
            var generations = await GenerationsAsync(call.InstanceId, CancellationToken.None).ConfigureAwait(false);
            await RecoverAsync(child, generations, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalException problem)
        {
            child.Refuse(problem);
        }

        _resting.TryRemove(call.InstanceId, out _);
        _unread.TryRemove(call.InstanceId, out _);
        StartChild(parent, link, call);
        child.Live?.Wake();
        MarkChild(child);
        child.Release();
    }

    /// <summary>An instance that has ended needs no process: its extract is written and its lock released.</summary>
    private void Rest(InstanceSnapshot ended)
    {
        if (Find(ended.InstanceId) is not { } entry)
        {
            return;
        }

        if (_shared is null)
        {
            entry.Rest();
        }
        else
        {
            _ = RestAsync(entry, ended);
        }
    }

    private async Task RestAsync(InstanceEntry entry, InstanceSnapshot ended)
    {
        try
        {
            await PutExtractAsync(ended).ConfigureAwait(false);
        }
        finally
        {
            MarkChild(entry);
            entry.Rest();
        }
    }

    /// <summary>Its parent may ask for it again, and finds it in the journal then.</summary>
    private void MarkChild(InstanceEntry entry)
    {
        if (entry.Snapshot is { Parent: not null })
        {
            _resting[entry.InstanceId] = true;
        }
    }

    private async Task PutExtractAsync(InstanceSnapshot ended)
    {
        try
        {
            // The writer uses its buffer again for the next event.
            var records = ended.Extract().Select(happened => (ReadOnlyMemory<byte>)HistoryEventWriter.Write(happened).ToArray()).ToList();
            await _shared!.PutExtractAsync(new JournalId(ended.InstanceId, ended.Generation), records).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is JournalException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.ExtractNotWritten(problem, ended.InstanceId);
        }
    }

    private static OrchestrationAlreadyExistsException HeldElsewhere(string instanceId, string holder, bool hasEnded) => new(
        hasEnded
            ? StillHeld(instanceId, holder)
            : $"An Orchestration instance with the ID {instanceId} already exists. It is driven by {holder}: choose another id, or wait for its end.");

    private static string StillHeld(string instanceId, string holder) =>
        $"The instance '{instanceId}' has ended, but {holder} has not released it for {RestTimeout.TotalSeconds:0} s: that process does not answer, or "
        + "something that the instance started still runs there. Wait for the process's end, or end it, then try again.";
}
