using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Management;

/// <summary>
/// A history as the management API returns it. A scheduled call is merged into its result, and events that only this runtime records are omitted.
/// Names and shapes are those of the Durable extension; failures have no stack traces.
/// </summary>
/// <param name="showInput">Whether serialized inputs are included.</param>
/// <param name="showOutput">Whether results are included.</param>
internal sealed class InstanceHistory(bool showInput, bool showOutput)
{
    private readonly Dictionary<int, JsonObject> _scheduled = [];
    private readonly Dictionary<int, DateTime> _timers = [];
    private readonly List<JsonObject> _items = [];
    private readonly HashSet<JsonObject> _folded = [];

    public static async Task<JsonArray> ReadAsync(
        IAsyncEnumerable<HistoryEvent> events, bool showInput, bool showOutput, CancellationToken cancellationToken)
    {
        var history = new InstanceHistory(showInput, showOutput);
        await foreach (var historyEvent in events.WithCancellation(cancellationToken))
        {
            history.Add(historyEvent);
        }

        return [.. history._items.Where(item => !history._folded.Contains(item))];
    }

    private void Add(HistoryEvent historyEvent)
    {
        switch (historyEvent)
        {
            case ExecutionStarted started:
                Add(started, "ExecutionStarted", started.Input)["FunctionName"] = started.Name;
                started.CarriedEvents?.ToList().ForEach(Add);
                break;
            case TaskScheduled scheduled:
                Schedule(scheduled.Id, Add(scheduled, "TaskScheduled", scheduled.Input), scheduled.Name);
                break;
            case TaskCompleted completed:
                End(completed, "TaskCompleted", completed.Id, Result(completed.Result));
                break;
            case TaskFailed failed:
                End(failed, "TaskFailed", failed.Id, Failure(failed.Failure, failed.NonRetriable));
                break;
            case SubOrchestrationCreated created:
                var call = Add(created, "SubOrchestrationInstanceCreated", created.Input);
                call["InstanceId"] = created.InstanceId;
                Schedule(created.Id, call, created.Name);
                break;
            case SubOrchestrationCompleted completed:
                End(completed, "SubOrchestrationInstanceCompleted", completed.Id, Result(completed.Result));
                break;
            case SubOrchestrationFailed failed:
                End(failed, "SubOrchestrationInstanceFailed", failed.Id, Failure(failed.Failure, failed.NonRetriable));
                break;
            case TimerCreated created:
                _timers[created.Id] = created.FireAt;
                Add(created, "TimerCreated")["FireAt"] = created.FireAt;
                break;
            case TimerFired fired:
                Add(fired, "TimerFired")["FireAt"] = _timers.TryGetValue(fired.Id, out var at) ? at : throw Contradiction("TimerFired", fired.Id);
                break;
            case EventSent sent:
                var message = Add(sent, "EventSent", sent.Input);
                message["InstanceId"] = sent.InstanceId;
                message["Name"] = sent.Name;
                break;
            case EventRaised raised:
                Add(raised, "EventRaised", raised.Input)["Name"] = raised.Name;
                break;
            case ExecutionSuspended suspended:
                Add(suspended, "ExecutionSuspended")["Reason"] = suspended.Reason;
                break;
            case ExecutionResumed resumed:
                Add(resumed, "ExecutionResumed")["Reason"] = resumed.Reason;
                break;
            case ExecutionCompleted completed:
                var end = Add(completed, "ExecutionCompleted");
                end["OrchestrationStatus"] = completed.Status.ToString();
                Merge(end, Result(completed.Output));
                if (completed.Failure is { } failure)
                {
                    Merge(end, Failure(failure, completed.NonRetriable));
                }

                break;
        }
    }

    private JsonObject Add(HistoryEvent historyEvent, string type, string? input = null)
    {
        var item = new JsonObject { ["EventType"] = type, ["Timestamp"] = historyEvent.Time };
        if (showInput && input is not null)
        {
            item["Input"] = input;
        }

        _items.Add(item);
        return item;
    }

    private void Schedule(int id, JsonObject item, string name)
    {
        item["Name"] = name;
        _scheduled[id] = item;
    }

    private void End(HistoryEvent historyEvent, string type, int id, JsonObject more)
    {
        if (!_scheduled.TryGetValue(id, out var call))
        {
            throw Contradiction(type, id);
        }

        _folded.Add(call);
        var item = Add(historyEvent, type, (string?)call["Input"]);
        item["FunctionName"] = (string?)call["Name"];
        item["ScheduledTime"] = (DateTime)call["Timestamp"]!;
        Merge(item, more);
    }

    private static UnknownRecordException Contradiction(string type, int id) =>
        new($"The history of the instance contradicts itself: {type} of call {id}, which it does not have.");

    private JsonObject Result(string? data) =>
        showOutput ? new JsonObject { ["Result"] = JsonSerializer.SerializeToNode(InstanceStatus.AsJson(data)) } : [];

    private static JsonObject Failure(TaskFailureDetails failure, bool nonRetriable) => new()
    {
        ["Reason"] = failure.ErrorMessage,
        ["FailureDetails"] = new JsonObject
        {
            ["ErrorType"] = failure.ErrorType,
            ["ErrorMessage"] = failure.ErrorMessage,
            ["IsNonRetriable"] = nonRetriable,
        },
    };

    private static void Merge(JsonObject item, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            item[name] = value?.DeepClone();
        }
    }
}
