using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// Writes the records of logs, member by member: every step writes three of them, and the serializer takes several times as long, and memory for each
/// level. The bytes are those of the serializer with <see cref="WorkflowJson.Compact"/>, which reads them (a test compares them). Thread-safe.
/// </summary>
internal static class LogJson
{
    /// <summary>A buffer that is larger than this is not kept for the next record.</summary>
    private const int MaxKept = 256 * 1024;

    /// <summary>As the serializer sets them.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = WorkflowJson.Compact.Encoder, MaxDepth = MaxDepth, SkipValidation = true };

    /// <summary>Maximum nesting of a record: a value may have 64 levels, and the record has some around it.</summary>
    private const int MaxDepth = 80;

    /// <summary><see cref="WorkflowJson.Compact"/>, for records.</summary>
    public static JsonSerializerOptions Compact { get; } = new(WorkflowJson.Compact) { MaxDepth = MaxDepth };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json)? Kept;

    /// <summary>Passes the record in JSON to a function. It is valid only within the function.</summary>
    public static TResult Write<TState, TResult>(LogRecord record, TState state, Func<ReadOnlySpan<byte>, TState, TResult> use)
    {
        var (bytes, json) = Kept ?? New();
        Kept = null;
        try
        {
            Write(json, record);
            json.Flush();
            return use(bytes.WrittenSpan, state);
        }
        finally
        {
            bytes.ResetWrittenCount();
            json.Reset();
            Kept = bytes.Capacity <= MaxKept ? (bytes, json) : null;
        }
    }

    private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json) New()
    {
        var bytes = new ArrayBufferWriter<byte>();
        return (bytes, new Utf8JsonWriter(bytes, Options));
    }

    private static void Write(Utf8JsonWriter json, LogRecord record)
    {
        json.WriteStartObject();
        if (record.Event is { } item)
        {
            json.WritePropertyName("event"u8);
            Write(json, item);
        }

        Text(json, "ended"u8, record.Ended);
        if (record.Checkpoint is { } checkpoint)
        {
            json.WritePropertyName("checkpoint"u8);
            Write(json, checkpoint);
        }

        Other(json, "part"u8, record.Part);
        Other(json, "beside"u8, record.Beside);
        Text(json, "writer"u8, record.Writer);
        Number(json, "texts"u8, record.Texts);
        Text(json, "after"u8, record.After);
        Flag(json, "released"u8, record.Released ? true : null);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RunEvent item)
    {
        json.WriteStartObject();
        json.WriteString("event"u8, item.Event);
        json.WriteString("runId"u8, item.RunId);
        json.WriteNumber("runAttempt"u8, item.RunAttempt);
        json.WriteString("at"u8, item.At);
        Text(json, "stamp"u8, item.Stamp);
        Text(json, "stepId"u8, item.StepId);
        Text(json, "stepPath"u8, item.StepPath);
        Number(json, "attempt"u8, item.Attempt);
        Text(json, "text"u8, item.Text);
        Number(json, "index"u8, item.Index);
        Text(json, "status"u8, item.Status is { } status ? EnumNames.Of(status) : null);
        Text(json, "reason"u8, item.Reason);
        if (item.Usage is { } usage)
        {
            Write(json, usage);
        }

        Number(json, "durationMs"u8, item.DurationMs);
        Number(json, "queuedMs"u8, item.QueuedMs);
        Flag(json, "fallbackUsed"u8, item.FallbackUsed);
        Flag(json, "simulated"u8, item.Simulated);
        Other(json, "error"u8, item.Error);
        Texts(json, "warnings"u8, item.Warnings);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StepCheckpoint checkpoint)
    {
        json.WriteStartObject();
        json.WriteNumber("format"u8, checkpoint.Format);
        json.WriteString("callId"u8, checkpoint.CallId);
        json.WriteString("runId"u8, checkpoint.RunId);
        Text(json, "stamp"u8, checkpoint.Stamp);
        json.WriteNumber("runAttempt"u8, checkpoint.RunAttempt);
        json.WriteString("stepId"u8, checkpoint.StepId);
        json.WriteString("stepPath"u8, checkpoint.StepPath);
        json.WriteNumber("attempt"u8, checkpoint.Attempt);
        json.WriteString("type"u8, EnumNames.Of(checkpoint.Type));
        Text(json, "promptId"u8, checkpoint.PromptId);
        Text(json, "promptVersion"u8, checkpoint.PromptVersion);
        Text(json, "model"u8, checkpoint.Model);
        Flag(json, "simulated"u8, checkpoint.Simulated ? true : null);
        Text(json, "environment"u8, checkpoint.Environment);
        Texts(json, "consumed"u8, checkpoint.Consumed);
        Text(json, "adopted"u8, checkpoint.Adopted);
        Flag(json, "withoutWork"u8, checkpoint.WithoutWork ? true : null);
        Flag(json, "begunBefore"u8, checkpoint.BegunBefore ? true : null);
        Node(json, "inputs"u8, checkpoint.Inputs);
        json.WriteString("status"u8, EnumNames.Of(checkpoint.Status));
        Text(json, "reason"u8, checkpoint.Reason);
        Other(json, "decidedBy"u8, checkpoint.DecidedBy);
        Node(json, "output"u8, checkpoint.Output);
        Node(json, "transformed"u8, checkpoint.Transformed);
        json.WriteBoolean("fromCache"u8, checkpoint.FromCache);
        json.WriteBoolean("again"u8, checkpoint.Again);
        json.WriteBoolean("fallbackUsed"u8, checkpoint.FallbackUsed);
        Texts(json, "warnings"u8, checkpoint.Warnings);
        json.WriteString("readyAt"u8, checkpoint.ReadyAt);
        json.WriteString("startedAt"u8, checkpoint.StartedAt);
        json.WriteString("completedAt"u8, checkpoint.CompletedAt);
        Write(json, checkpoint.Usage);
        Other(json, "error"u8, checkpoint.Error);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("inputTokens"u8, usage.InputTokens);
        json.WriteNumber("outputTokens"u8, usage.OutputTokens);
        json.WriteNumber("cachedTokens"u8, usage.CachedTokens);
        if (usage.CacheWriteTokens != 0)
        {
            json.WriteNumber("cacheWriteTokens"u8, usage.CacheWriteTokens);
        }

        if (usage.EstimatedCost is { } cost)
        {
            json.WriteNumber("estimatedCost"u8, cost);
        }
        else
        {
            json.WriteNull("estimatedCost"u8);
        }

        json.WriteBoolean("estimated"u8, usage.Estimated);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? values)
    {
        if (values is not null)
        {
            json.WriteStartArray(name);
            for (var index = 0; index < values.Count; index++)
            {
                json.WriteStringValue(values[index]);
            }

            json.WriteEndArray();
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Flag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }

    private static void Node(Utf8JsonWriter json, ReadOnlySpan<byte> name, JsonNode? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            value.WriteTo(json, Compact);
        }
    }

    /// <summary>A member that few records have.</summary>
    private static void Other<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T? value)
        where T : class
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value, Compact);
        }
    }
}
