using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Creates instances and posts events to them.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Creates an instance, or replaces a finished one with the same id. Completes when it is durable.</summary>
    /// <param name="dedupe">The statuses of an existing instance that make the call fail; null for all unfinished ones.</param>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance with the id exists in such a status.</exception>
    public async Task CreateAsync(string instanceId, ExecutionStarted started, IReadOnlySet<OrchestrationRuntimeStatus>? dedupe)
    {
        ThrowIfStopped();
        var entry = EntryOf(instanceId);
        while (true)
        {
            var created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            OrchestrationInstance? instance = null;
            OrchestrationRuntimeStatus? refused = null;
            if (await AcquireEndedAsync(entry).ConfigureAwait(false) is { } held)
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
                        instance = CreateInstance(entry, started, created);
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

    /// <summary>Starts a sub-orchestration, continues one that existed before a crash, or fails the call.</summary>
    public void StartChild(OrchestrationInstance parent, ParentLink link, SubOrchestrationCreated call)
    {
        if (_isStopped)
        {
            // The call is in the parent's history, so the next host starts the child.
            return;
        }

        var now = parent.UtcNow;
        var entry = EntryOf(call.InstanceId);
        OrchestrationInstance? child = null;
        HistoryEvent? answer = null;
        if (entry is { Live: null, Snapshot: null }
            && (_inJournalOnly.ContainsKey(call.InstanceId) || _notRecovered.ContainsKey(call.InstanceId))
            && Find(parent.InstanceId) is { } parentEntry)
        {
            _ = AcquireChildAsync(parent, parentEntry, link, call);
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
                answer = ended.ToParentEvent(now);
            }
            else
            {
                var started = new ExecutionStarted(now, call.Name, call.Input, now) { Version = call.Version, Tags = call.Tags, Parent = link };
                child = CreateInstance(entry, started, null);
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
    /// Posts an event to an instance. Completes when it is durable and processed, or is stored as a message for the process that runs the instance.
    /// An event for an unknown or finished instance is dropped.
    /// </summary>
    public Task PostAsync(string instanceId, HistoryEvent historyEvent)
    {
        var entry = Find(instanceId);
        entry?.ThrowIfFaulted();
        if (entry?.Live is not { } live)
        {
            return _notRecovered.ContainsKey(instanceId) ? PostToSkippedAsync(instanceId, historyEvent)
                : _shared is null || entry?.Snapshot is not null ? Task.CompletedTask : PostToOtherProcessAsync(instanceId, historyEvent);
        }

        var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        live.Post(new Message(historyEvent, Message.AnyGeneration, recorded));
        return recorded.Task;
    }

    /// <summary>Recovers the instance first: in a journal that is not shared, no other process can.</summary>
    private async Task PostToSkippedAsync(string instanceId, HistoryEvent historyEvent)
    {
        await RecoverSkippedAsync(instanceId).ConfigureAwait(false);
        await PostAsync(instanceId, historyEvent).ConfigureAwait(false);
    }

    public Task TerminateAsync(string instanceId, string? output, bool recursive) => PostAsync(
        instanceId, new ExecutionCompleted(Time.GetUtcNow().UtcDateTime, OrchestrationRuntimeStatus.Terminated, output, null, Recursive: recursive));

    /// <summary>Starts the termination of sub-orchestrations whose parent was terminated. One that fails does not affect the others.</summary>
    public void TerminateChildren(IEnumerable<string> children)
    {
        foreach (var child in children)
        {
            _ = TerminateChildAsync(child);
        }
    }

    private async Task TerminateChildAsync(string child)
    {
        try
        {
            await TerminateAsync(child, null, recursive: true).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The child is refused or halted. It is terminated when it is recovered at the next start.
            _logger.ChildNotTerminated(_isStopped ? LogLevel.Debug : LogLevel.Error, exception, child);
        }
    }

    private static TaskFailureDetails AlreadyExists(string instanceId) => new(
        typeof(OrchestrationAlreadyExistsException).FullName!,
        $"An Orchestration instance with the ID {instanceId} already exists.", null, null, null);

    private static OrchestrationRuntimeStatus? StatusOf(InstanceEntry entry) =>
        entry.Live is not null && entry.Snapshot is null or { IsFinished: true } ? OrchestrationRuntimeStatus.Pending : entry.Snapshot?.Status;

    private OrchestrationInstance CreateInstance(InstanceEntry entry, ExecutionStarted started, TaskCompletionSource? created)
    {
        var replaced = entry.Snapshot is { } before ? new JournalId(entry.InstanceId, before.Generation) : (JournalId?)null;
        var generation = replaced is { } old ? old.Generation + 1 : 0;
        var instance = OrchestrationInstance.Create(
            this, entry, generation, started, created, replaced is { } gone ? () => DeleteHistory(gone) : null);
        entry.SetLive(instance);
        return instance;
    }
}
