using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.History;

/// <summary>Writes events as JSON. It is written by hand and reuses its buffers, because every call writes two records.</summary>
internal static class HistoryEventWriter
{
    private const int MaxKeptBuffer = 1024 * 1024;

    [ThreadStatic]
    private static Buffers? BuffersOfThread;

    /// <summary>Writes a record; its bytes are valid until this thread writes the next event.</summary>
    public static ReadOnlyMemory<byte> Write(HistoryEvent historyEvent)
    {
        var buffers = BuffersOfThread;
        if (buffers is null || buffers.Bytes.Capacity > MaxKeptBuffer)
        {
            BuffersOfThread = buffers = new Buffers();
        }

        buffers.Bytes.ResetWrittenCount();
        buffers.Json.Reset();
        WriteEvent(buffers.Json, historyEvent);
        buffers.Json.Flush();
        return buffers.Bytes.WrittenMemory;
    }

    private static void WriteEvent(Utf8JsonWriter json, HistoryEvent historyEvent)
    {
        json.WriteStartObject();
        switch (historyEvent)
        {
            case TaskScheduled e:
                Begin(json, EventNames.TaskScheduled, e);
                WriteCall(json, e.Id, e.Name, e.Input, e.Version, e.Tags);
                break;
            case TaskCompleted e:
                Begin(json, EventNames.TaskCompleted, e);
                json.WriteNumber("id"u8, e.Id);
                Optional(json, "result"u8, e.Result);
                break;
            case TaskFailed e:
                Begin(json, EventNames.TaskFailed, e);
                WriteFailed(json, e.Id, e.Failure, e.NonRetriable);
                break;
            case TimerCreated e:
                Begin(json, EventNames.TimerCreated, e);
                json.WriteNumber("id"u8, e.Id);
                json.WriteString("fireAt"u8, e.FireAt);
                break;
            case TimerFired e:
                Begin(json, EventNames.TimerFired, e);
                json.WriteNumber("id"u8, e.Id);
                break;
            case SubOrchestrationCreated e:
                Begin(json, EventNames.SubOrchestrationCreated, e);
                WriteCall(json, e.Id, e.Name, e.Input, e.Version, e.Tags);
                json.WriteString("instance"u8, e.InstanceId);
                break;
            case SubOrchestrationCompleted e:
                Begin(json, EventNames.SubOrchestrationCompleted, e);
                json.WriteNumber("id"u8, e.Id);
                Optional(json, "result"u8, e.Result);
                break;
            case SubOrchestrationFailed e:
                Begin(json, EventNames.SubOrchestrationFailed, e);
                WriteFailed(json, e.Id, e.Failure, e.NonRetriable);
                break;
            case EventSent e:
                Begin(json, EventNames.EventSent, e);
                WriteCall(json, e.Id, e.Name, e.Input, string.Empty, null);
                json.WriteString("instance"u8, e.InstanceId);
                break;
            case EventDelivered e:
                Begin(json, EventNames.EventDelivered, e);
                json.WriteNumber("id"u8, e.Id);
                break;
            case EventRaised e:
                Begin(json, EventNames.EventRaised, e);
                WriteRaised(json, e);
                break;
            case CustomStatusSet e:
                Begin(json, EventNames.CustomStatusSet, e);
                Optional(json, "customStatus"u8, e.Status);
                break;
            case ExecutionSuspended e:
                Begin(json, EventNames.ExecutionSuspended, e);
                Optional(json, "reason"u8, e.Reason);
                break;
            case ExecutionResumed e:
                Begin(json, EventNames.ExecutionResumed, e);
                Optional(json, "reason"u8, e.Reason);
                break;
            case ExecutionStarted e:
                Begin(json, EventNames.ExecutionStarted, e);
                WriteStarted(json, e);
                break;
            case ExecutionCompleted e:
                Begin(json, EventNames.ExecutionCompleted, e);
                WriteEnded(json, e);
                break;
            default:
                throw new NotSupportedException($"{historyEvent.GetType()} has no written form.");
        }

        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, JsonEncodedText name, HistoryEvent historyEvent)
    {
        json.WriteString("type"u8, name);
        json.WriteString("at"u8, historyEvent.Time);
    }

    private static void WriteStarted(Utf8JsonWriter json, ExecutionStarted e)
    {
        json.WriteString("name"u8, e.Name);
        Optional(json, "input"u8, e.Input);
        json.WriteString("createdAt"u8, e.CreatedAt);
        WriteVersionAndTags(json, e.Version, e.Tags);
        Optional(json, "customStatus"u8, e.CustomStatus);
        if (e.StartAt is { } startAt)
        {
            json.WriteString("startAt"u8, startAt);
        }

        if (e.Parent is { } parent)
        {
            json.WriteStartObject("parent"u8);
            json.WriteString("name"u8, parent.Name);
            WriteOperation(json, parent.InstanceId, parent.Generation, parent.OperationId);
            json.WriteEndObject();
        }

        if (e.CarriedEvents is { } carried)
        {
            json.WriteStartArray("events"u8);
            foreach (var raised in carried)
            {
                WriteEvent(json, raised);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteEnded(Utf8JsonWriter json, ExecutionCompleted e)
    {
        json.WriteString("status"u8, e.Status.ToString());
        Optional(json, "output"u8, e.Output);
        if (e.Failure is { } failure)
        {
            WriteFailure(json, "failure"u8, failure);
        }

        Flag(json, "nonRetriable"u8, e.NonRetriable);
        Flag(json, "recursive"u8, e.Recursive);
    }

    private static void WriteRaised(Utf8JsonWriter json, EventRaised e)
    {
        json.WriteString("name"u8, e.Name);
        Optional(json, "input"u8, e.Input);
        if (e.Source is { } source)
        {
            json.WriteStartObject("source"u8);
            WriteOperation(json, source.InstanceId, source.Generation, source.OperationId);
            json.WriteEndObject();
        }
    }

    private static void WriteOperation(Utf8JsonWriter json, string instanceId, int generation, int operationId)
    {
        json.WriteString("instance"u8, instanceId);
        json.WriteNumber("generation"u8, generation);
        json.WriteNumber("id"u8, operationId);
    }

    private static void WriteCall(Utf8JsonWriter json, int id, string name, string? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        json.WriteNumber("id"u8, id);
        json.WriteString("name"u8, name);
        Optional(json, "input"u8, input);
        WriteVersionAndTags(json, version, tags);
    }

    private static void WriteVersionAndTags(Utf8JsonWriter json, string version, IReadOnlyDictionary<string, string>? tags)
    {
        if (version.Length > 0)
        {
            json.WriteString("version"u8, version);
        }

        if (tags is { Count: > 0 })
        {
            json.WriteStartObject("tags"u8);
            foreach (var (name, value) in tags)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    }

    private static void WriteFailed(Utf8JsonWriter json, int id, TaskFailureDetails failure, bool nonRetriable)
    {
        json.WriteNumber("id"u8, id);
        WriteFailure(json, "failure"u8, failure);
        Flag(json, "nonRetriable"u8, nonRetriable);
    }

    private static void WriteFailure(Utf8JsonWriter json, ReadOnlySpan<byte> property, TaskFailureDetails failure)
    {
        json.WriteStartObject(property);
        json.WriteString("type"u8, failure.ErrorType);
        json.WriteString("message"u8, failure.ErrorMessage);
        Optional(json, "stack"u8, failure.StackTrace);
        if (failure.Properties is { Count: > 0 } properties)
        {
            json.WritePropertyName("properties"u8);
            JsonSerializer.Serialize(json, properties);
        }

        if (failure.InnerFailure is { } inner)
        {
            WriteFailure(json, "inner"u8, inner);
        }

        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, ReadOnlySpan<byte> property, string? value)
    {
        if (value is not null)
        {
            json.WriteString(property, value);
        }
    }

    private static void Flag(Utf8JsonWriter json, ReadOnlySpan<byte> property, bool value)
    {
        if (value)
        {
            json.WriteBoolean(property, true);
        }
    }

    private sealed class Buffers
    {
        public Buffers()
        {
            // Records are never part of a web page, so only the characters that JSON requires are escaped.
            Json = new Utf8JsonWriter(Bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        }

        public ArrayBufferWriter<byte> Bytes { get; } = new(1024);

        public Utf8JsonWriter Json { get; }
    }
}
