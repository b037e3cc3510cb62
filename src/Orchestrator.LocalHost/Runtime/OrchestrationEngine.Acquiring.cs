using DurableTask.Core.Exceptions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Acquires instances for this process, so that they run here.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Maximum time to wait until another process releases an ended instance, for which it only has to write the extract.</summary>
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The interval between attempts to acquire it.</summary>
    private static readonly TimeSpan ReleasePollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Continues an unfinished instance that runs in no process.</summary>
    /// <returns>A description of the process that runs it instead; null when it continues here, has ended, or is unknown.</returns>
    public async Task<string?> RecoverInstanceAsync(string instanceId, CancellationToken cancellationToken)
    {
        ThrowIfStopped();
        if (await FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is null or { IsFinished: true })
        {
            return null;
        }

        if (_shared is null)
        {
            await RecoverSkippedAsync(instanceId).ConfigureAwait(false);
            Find(instanceId)?.ThrowIfFaulted();
            return null;
        }

        var holder = await DriveAsync(instanceId, cancellationToken).ConfigureAwait(false);
        Find(instanceId)?.ThrowIfFaulted();
        return holder;
    }

    /// <returns>A description of the process that runs it instead; null when it continues here, has ended, or is refused.</returns>
    private async Task<string?> DriveAsync(string instanceId, CancellationToken cancellationToken)
    {
        if (Find(instanceId) is not { Hold: not null } && await FindHolderAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } holder)
        {
            return holder.ToString();
        }

        await foreach (var id in _shared!.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            // Its sub-orchestrations are read when its replay calls them.
            _inJournalOnly[id.InstanceId] = true;
        }

        var entry = EntryOf(instanceId);
        if (await AcquireAsync(entry, cancellationToken).ConfigureAwait(false) is { } other)
        {
            return other;
        }

        entry.Live?.Wake();
        entry.Release();
        return null;
    }

    /// <summary>
    /// Like <see cref="AcquireAsync"/>, but waits for the release of an ended instance: its process releases it after writing the extract.
    /// </summary>
    /// <returns>
    /// A description of the process that holds it instead, and whether the instance has ended but was not released within 10 s; null when this
    /// process holds it.
    /// </returns>
    private async Task<(string Holder, bool HasEnded)?> AcquireEndedAsync(InstanceEntry entry)
    {
        var asked = Time.GetTimestamp();
        while (await AcquireAsync(entry, CancellationToken.None).ConfigureAwait(false) is { } holder)
        {
            if (await FindReadableAsync(entry.InstanceId, CancellationToken.None).ConfigureAwait(false) is not { IsFinished: true })
            {
                return (holder, false);
            }

            if (Time.GetElapsedTime(asked) >= ReleaseTimeout)
            {
                return (holder, true);
            }

            await Task.Delay(ReleasePollInterval, Time).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Acquires an instance until its entry is released, and loads it. The loaded instance does not run until it is woken.</summary>
    /// <param name="generations">Its histories, newest first; null to list them.</param>
    /// <returns>A description of the process that holds it instead; null when this process holds it.</returns>
    private async Task<string?> AcquireAsync(InstanceEntry entry, CancellationToken cancellationToken, List<JournalId>? generations = null)
    {
        if (_shared is not null)
        {
            await entry.EndWritten.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        await entry.Acquiring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_shared is null)
            {
                entry.Acquire(null);
                if (_notRecovered.TryGetValue(entry.InstanceId, out var histories))
                {
                    await LoadAcquiredAsync(entry, histories, cancellationToken).ConfigureAwait(false);

                    // Removed only after it was loaded, so that concurrent queries find it.
                    _notRecovered.TryRemove(entry.InstanceId, out _);
                }

                return null;
            }

            var isNew = false;
            if (!entry.TryUse(out var isKnown))
            {
                if (await _shared.HoldAsync(entry.InstanceId, cancellationToken).ConfigureAwait(false) is not { } hold)
                {
                    return _shared.FindHolder(entry.InstanceId)?.ToString() ?? "another process";
                }

                isNew = hold.IsFirst && !_inJournalOnly.ContainsKey(entry.InstanceId);
                entry.Acquire(new InstanceTreeHold(entry.InstanceId, hold));
            }

            if (!isKnown && !isNew && entry is { Live: null, Snapshot: null, Fault: null })
            {
                await LoadAcquiredAsync(entry, generations, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        finally
        {
            entry.Acquiring.Release();
        }
    }

    /// <summary>Recovers an instance that was not selected at the start.</summary>
    private async Task RecoverSkippedAsync(string instanceId)
    {
        var entry = EntryOf(instanceId);
        await AcquireAsync(entry, CancellationToken.None).ConfigureAwait(false);
        entry.Live?.Wake();
        entry.Release();
    }

    private async Task LoadAcquiredAsync(InstanceEntry entry, List<JournalId>? generations, CancellationToken cancellationToken)
    {
        try
        {
            generations ??= await GenerationsAsync(entry.InstanceId, cancellationToken).ConfigureAwait(false);
            await LoadNewestAsync(entry, generations, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // It is still unfinished, so it must remain listed.
            entry.Release(HoldRelease.Unfinished);
            throw;
        }
    }

    /// <summary>
    /// Loads a sub-orchestration that a recovered parent calls: it continues with the parent, or has ended before the parent recorded that.
    /// </summary>
    private async Task AcquireChildAsync(OrchestrationInstance parent, InstanceEntry parentEntry, ParentLink link, SubOrchestrationCreated call)
    {
        var child = EntryOf(call.InstanceId);
        child.Share(parentEntry);
        try
        {
            var generations = await GenerationsAsync(call.InstanceId, CancellationToken.None).ConfigureAwait(false);
            await LoadNewestAsync(child, generations, CancellationToken.None).ConfigureAwait(false);
        }
        catch (JournalException exception)
        {
            child.Refuse(exception);
        }

        _inJournalOnly.TryRemove(call.InstanceId, out _);
        _notRecovered.TryRemove(call.InstanceId, out _);
        StartChild(parent, link, call);
        child.Live?.Wake();
        RememberChild(child);
        child.Release();
    }

    private static OrchestrationAlreadyExistsException HeldElsewhere(string instanceId, string holder, bool hasEnded) => new(
        hasEnded
            ? StillHeld(instanceId, holder)
            : $"An Orchestration instance with the ID {instanceId} already exists. "
                + $"It is driven by {holder}: choose another id, or wait for its end.");

    private static string StillHeld(string instanceId, string holder) =>
        $"The instance '{instanceId}' has ended, but {holder} has not released it for {ReleaseTimeout.TotalSeconds:0} s: "
        + "that process does not answer, or something that the instance started still runs there. "
        + "Wait for the process's end, or end it, then try again.";
}
