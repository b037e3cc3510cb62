using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Creating, reaching and removing instances.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Creates an instance, or replaces a finished one of the same id. Completes when it is durable.</summary>
    /// <param name="dedupe">States of an existing instance that make it an error; null means every unfinished one.</param>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance of the id is there in such a state.</exception>
    public async Task CreateAsync(string instanceId, ExecutionStarted started, IReadOnlySet<OrchestrationRuntimeStatus>? dedupe)
    {
        ThrowIfStopped();
        var entry = EntryOf(instanceId);
        while (true)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            OrchestrationInstance? instance = null;
            OrchestrationRuntimeStatus? refused = null;
            if (await OpenEndedAsync(entry).ConfigureAwait(false) is { } held)
            {
                throw HeldElsewhere(instanceId, held.Holder, held.HasEnded);
            }

            try
            {
                lock (entry.Gate)
                {
                    entry.ThrowIfFaulted();
                    if (StatusOf(entry) is { } existing && (dedupe?.Contains(existing) ?? entry.Live is not null))
                    {
                        refused = existing;
                    }
                    else if (entry.Live is null)
                    {
                        instance = Begin(entry, started, created);
                    }
                }
            }
            finally
            {
                entry.Release();
            }

            if (refused is not null)
            {
                entry.Live?.Wake();
                throw new OrchestrationAlreadyExistsException(
                    $"An Orchestration instance with the ID {instanceId} already exists. It is {refused}: choose another id, or wait for its end.");
            }

            if (instance is not null)
            {
                instance.Wake();
                await created.Task.ConfigureAwait(false);
                return;
            }

            await TerminateAsync(instanceId, null, recursive: false).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a sub-orchestration, finds the one that a crash left behind, or fails the call.</summary>
    public void StartChild(OrchestrationInstance parent, ParentLink link, SubOrchestrationCreated call)
    {
        if (_isStopped)
        {
            // The parent's history asks for the child: the next host starts it.
            return;
        }

        var now = parent.UtcNow;
        var entry = EntryOf(call.InstanceId);
        OrchestrationInstance? child = null;
        HistoryEvent? answer = null;
        if (entry is { Live: null, Snapshot: null } && (_resting.ContainsKey(call.InstanceId) || _unread.ContainsKey(call.InstanceId)) && Find(parent.InstanceId) is { } parentEntry)
        {
            _ = OpenChildAsync(parent, parentEntry, link, call);
            return;
        }

        if (Find(parent.InstanceId) is { } root)
        {
            entry.Share(root);
        }

        lock (entry.Gate)
        {
            if (entry.Fault is { } fault)
            {
                answer = new SubOrchestrationFailed(now, call.Id, Failures.Of(fault), NonRetriable: true);
            }
            else if (entry.Live is { } live)
            {
                answer = live.Parent == link ? null : new SubOrchestrationFailed(now, call.Id, AlreadyExists(call.InstanceId), NonRetriable: false);
            }
            else if (entry.Snapshot is { } ended && ended.Parent == link)
            {
                answer = ended.Answer(now);
            }
            else
            {
                child = Begin(entry, new ExecutionStarted(now, call.Name, call.Input, now) { Version = call.Version, Tags = call.Tags, Parent = link }, null);
            }
        }

        entry.Release();
        child?.Wake();
        if (answer is not null)
        {
            parent.Post(new Message(answer, link.Generation));
        }
    }

    /// <summary>
    /// Hands an event to an instance; completes when it is durable and processed, or left for the process that drives the instance now or as the next. What
    /// is addressed to an unknown or a finished instance is dropped.
    /// </summary>
    public Task PostAsync(string instanceId, HistoryEvent happened)
    {
        var entry = Find(instanceId);
        entry?.ThrowIfFaulted();
        if (entry?.Live is not { } live)
        {
            return _unread.ContainsKey(instanceId) ? PostToUnreadAsync(instanceId, happened)
                : _shared is null || entry?.Snapshot is not null ? Task.CompletedTask : PostElsewhereAsync(instanceId, happened);
        }

        var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        live.Post(new Message(happened, Message.AnyGeneration, recorded));
        return recorded.Task;
    }

    /// <summary>All instances of a journal that is not shared are this process's own: what is addressed to one lets it go on.</summary>
    private async Task PostToUnreadAsync(string instanceId, HistoryEvent happened)
    {
        await OpenUnreadAsync(instanceId).ConfigureAwait(false);
        await PostAsync(instanceId, happened).ConfigureAwait(false);
    }

    public Task TerminateAsync(string instanceId, string? output, bool recursive) => PostAsync(
        instanceId, new ExecutionCompleted(Time.GetUtcNow().UtcDateTime, OrchestrationRuntimeStatus.Terminated, output, null, Recursive: recursive));

    public void TerminateChildren(IEnumerable<string> children)
    {
        foreach (var child in children)
        {
            _ = TerminateAsync(child, null, recursive: true);
        }
    }

    /// <summary>Deletes a finished instance, or one that is refused: its history cannot be used here, and the caller asks for its deletion.</summary>
    /// <returns>How many instances went: 0 when it is unknown or not finished.</returns>
    public async Task<int> PurgeAsync(string instanceId, bool recursive)
    {
        ThrowIfStopped();
        var entry = _shared is null && !_unread.ContainsKey(instanceId) ? Find(instanceId) : EntryOf(instanceId);
        if (entry is not { Live: null } || !await MayGoAsync(instanceId).ConfigureAwait(false))
        {
            return 0;
        }

        if (await OpenEndedAsync(entry).ConfigureAwait(false) is { } held)
        {
            return held.HasEnded ? throw new JournalException(StillHeld(instanceId, held.Holder)) : 0;
        }

        var (purged, children) = await PurgeOpenedAsync(entry, recursive).ConfigureAwait(false);
        foreach (var child in children)
        {
            purged += await PurgeAsync(child, recursive: true).ConfigureAwait(false);
        }

        return purged;
    }

    /// <returns>How many instances were deleted, and the children that are to be deleted, too.</returns>
    private async Task<(int Purged, List<string> Children)> PurgeOpenedAsync(InstanceEntry entry, bool recursive)
    {
        var isGone = false;
        try
        {
            InstanceSnapshot? finished;
            lock (entry.Gate)
            {
                if (entry.Live is not null || entry.Snapshot is { IsFinished: false })
                {
                    return (0, []);
                }

                finished = entry.Snapshot;
            }

            if (entry.Fault is not null)
            {
                await PurgeRefusedAsync(entry).ConfigureAwait(false);
                isGone = true;
                return (1, []);
            }

            if (finished is not { } snapshot)
            {
                // The history is gone already: only its extract, lock and note can be left.
                await DeleteHistoryAsync(new JournalId(entry.InstanceId, 0)).ConfigureAwait(false);
                isGone = true;
                return (0, []);
            }

            // The entry stays known until its history is gone: a start of the id meanwhile begins the next generation instead of writing into what is deleted.
            var id = new JournalId(entry.InstanceId, snapshot.Generation);
            var children = recursive ? await ChildrenAsync(id).ConfigureAwait(false) : [];
            await Journal.DeleteAsync(id).ConfigureAwait(false);
            isGone = entry.Forget(snapshot);
            _resting.TryRemove(entry.InstanceId, out _);
            return (isGone ? 1 : 0, children);
        }
        finally
        {
            entry.Release(isGone ? HoldRelease.Deleted : HoldRelease.Ended);

            // An instance that another process began under the id and left meanwhile was opened: it goes on here.
            entry.Live?.Wake();
        }
    }

    /// <summary>Whether an instance is finished, refused or not there.</summary>
    private async Task<bool> MayGoAsync(string instanceId)
    {
        try
        {
            return await FindSnapshotAsync(instanceId, CancellationToken.None).ConfigureAwait(false) is not { IsFinished: false };
        }
        catch (JournalException)
        {
            return true;
        }
    }

    /// <summary>Its generation is not known, so every history of its id is deleted.</summary>
    private async Task PurgeRefusedAsync(InstanceEntry entry)
    {
        await foreach (var id in Journal.ListAsync().ConfigureAwait(false))
        {
            if (id.InstanceId == entry.InstanceId)
            {
                await Journal.DeleteAsync(id).ConfigureAwait(false);
            }
        }

        _entries.TryRemove(KeyValuePair.Create(entry.InstanceId, entry));
    }

    /// <summary>The instances that one has started, as far as they are still its children.</summary>
    private async Task<List<string>> ChildrenAsync(JournalId id)
    {
        var children = new List<string>();
        foreach (var call in (await ReadAsync(id, Journal.ReadAsync(id)).ConfigureAwait(false)).OfType<SubOrchestrationCreated>())
        {
            if (await FindReadableAsync(call.InstanceId, CancellationToken.None).ConfigureAwait(false) is { Parent: { } parent } && parent.InstanceId == id.InstanceId)
            {
                children.Add(call.InstanceId);
            }
        }

        return children;
    }

    private static TaskFailureDetails AlreadyExists(string instanceId) => new(
        typeof(OrchestrationAlreadyExistsException).FullName!, $"An Orchestration instance with the ID {instanceId} already exists.", null, null, null);

    private static OrchestrationRuntimeStatus? StatusOf(InstanceEntry entry) =>
        entry.Live is not null && entry.Snapshot is null or { IsFinished: true } ? OrchestrationRuntimeStatus.Pending : entry.Snapshot?.Status;

    private OrchestrationInstance Begin(InstanceEntry entry, ExecutionStarted started, TaskCompletionSource? created)
    {
        var replaced = entry.Snapshot is { } before ? new JournalId(entry.InstanceId, before.Generation) : (JournalId?)null;
        var generation = replaced is { } old ? old.Generation + 1 : 0;
        var instance = OrchestrationInstance.Create(this, entry, generation, started, created, replaced is { } gone ? () => DeleteHistory(gone) : null);
        entry.Run(instance);
        return instance;
    }
}
