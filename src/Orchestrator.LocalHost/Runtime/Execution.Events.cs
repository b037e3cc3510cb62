using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What an event does to the operations and the waits.</summary>
internal sealed partial class Execution
{
    private void Apply(HistoryEvent happened)
    {
        switch (happened)
        {
            case TaskCompleted e:
                Close(e.Id)?.Succeed(e.Result);
                break;
            case TaskFailed e:
                Close(e.Id)?.Fail(e.Failure, e.NonRetriable);
                break;
            case TimerFired e:
                Close(e.Id)?.Succeed(null);
                break;
            case SubOrchestrationCompleted e:
                Close(e.Id)?.Succeed(e.Result);
                break;
            case SubOrchestrationFailed e:
                Close(e.Id)?.Fail(e.Failure, e.NonRetriable);
                break;
            case EventDelivered e:
                Close(e.Id)?.Succeed(null);
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

    private static int? AnsweredBy(HistoryEvent happened) => happened switch
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

    private Operation? Close(int id)
    {
        if (id >= _nextId)
        {
            var expected = id < _recorded.Count ? NonDeterministicOrchestrationException.Describe(_recorded[id]) : "asked for, since it has ended";
            Fault ??= Broken(id, expected, "not asked for at all");
            return null;
        }

        return _open.Remove(id, out var operation) ? operation : null;
    }

    private NonDeterministicOrchestrationException Broken(int operation, string expected, string actual) =>
        new(Started.Name, _owner.InstanceId, operation, expected, actual);
}
