using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Applies events to open operations and waits.</summary>
internal sealed partial class Execution
{
    private void Apply(HistoryEvent historyEvent)
    {
        switch (historyEvent)
        {
            case TaskCompleted e:
                RemoveOperation(e.Id)?.Succeed(e.Result);
                break;
            case TaskFailed e:
                RemoveOperation(e.Id)?.Fail(e.Failure, e.NonRetriable);
                break;
            case TimerFired e:
                RemoveOperation(e.Id)?.Succeed(null);
                break;
            case SubOrchestrationCompleted e:
                RemoveOperation(e.Id)?.Succeed(e.Result);
                break;
            case SubOrchestrationFailed e:
                RemoveOperation(e.Id)?.Fail(e.Failure, e.NonRetriable);
                break;
            case EventDelivered e:
                RemoveOperation(e.Id)?.Succeed(null);
                break;
            case EventRaised e:
                Events.Deliver(e);
                break;
            case ExecutionSuspended:
                IsSuspended = true;
                break;
            case ExecutionResumed when IsSuspended:
                IsSuspended = false;
                if (IsDueAt(Now))
                {
                    Begin();
                }

                while (!IsSuspended && _whileSuspended.TryDequeue(out var waiting))
                {
                    Apply(waiting);
                    Drain();
                }

                break;
        }
    }

    private static int? CompletedOperationId(HistoryEvent historyEvent) => historyEvent switch
    {
        TaskCompleted e => e.Id,
        TaskFailed e => e.Id,
        TimerFired e => e.Id,
        SubOrchestrationCompleted e => e.Id,
        SubOrchestrationFailed e => e.Id,
        EventDelivered e => e.Id,
        _ => null,
    };

    private bool IsDueAt(DateTime time) => !HasBegun && Started.StartAt is { } startAt && time >= startAt;

    private Operation? RemoveOperation(int id)
    {
        if (id >= _nextId)
        {
            var expected = id < _recorded.Count ? NonDeterministicOrchestrationException.Describe(_recorded[id]) : "asked for, since it has ended";
            Fault ??= NonDeterminismAt(id, expected, "not asked for at all");
            return null;
        }

        return _open.Remove(id, out var operation) ? operation : null;
    }

    private NonDeterministicOrchestrationException NonDeterminismAt(int operation, string expected, string actual) =>
        new(Started.Name, _owner.InstanceId, operation, expected, actual);
}
