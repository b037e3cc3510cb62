using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.History;

/// <summary>
/// Reads the records of <see cref="HistoryEventWriter"/>. Unknown properties are ignored, because a later version may have added them.
/// </summary>
internal static class HistoryEventReader
{
    /// <summary>Reads one record.</summary>
    /// <param name="number">The number of the record in its history, from 1, for the message.</param>
    /// <exception cref="JournalException">The record is not a known event.</exception>
    public static HistoryEvent Read(JournalId id, int number, ReadOnlySpan<byte> record)
    {
        try
        {
            return Read(record);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw UnknownRecordException.Of(id, number, exception);
        }
    }

    /// <exception cref="JsonException">The record is not a known event.</exception>
    public static HistoryEvent Read(ReadOnlySpan<byte> record)
    {
        var json = new Utf8JsonReader(record);
        json.Read();
        return ReadEvent(ref json);
    }

    private static HistoryEvent ReadEvent(ref Utf8JsonReader json)
    {
        var fields = default(Fields);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref json, ref fields);
        }

        return Build(in fields);
    }

    private static void ReadField(ref Utf8JsonReader json, ref Fields fields)
    {
        if (Is(ref json, "type"u8))
        {
            fields.Type = json.GetString();
        }
        else if (Is(ref json, "at"u8))
        {
            fields.Time = json.GetDateTime();
        }
        else if (Is(ref json, "id"u8))
        {
            fields.Id = json.GetInt32();
        }
        else if (Is(ref json, "name"u8))
        {
            fields.Name = json.GetString();
        }
        else if (Is(ref json, "input"u8) || Is(ref json, "result"u8) || Is(ref json, "output"u8))
        {
            fields.Payload = json.GetString();
        }
        else if (Is(ref json, "instance"u8))
        {
            fields.Instance = json.GetString();
        }
        else if (Is(ref json, "generation"u8))
        {
            fields.Generation = json.GetInt32();
        }
        else if (Is(ref json, "failure"u8))
        {
            fields.Failure = ReadFailure(ref json);
        }
        else if (Is(ref json, "fireAt"u8) || Is(ref json, "startAt"u8))
        {
            fields.Due = json.GetDateTime();
        }
        else if (Is(ref json, "createdAt"u8))
        {
            fields.CreatedAt = json.GetDateTime();
        }
        else if (Is(ref json, "customStatus"u8) || Is(ref json, "reason"u8))
        {
            fields.Text = json.GetString();
        }
        else if (Is(ref json, "version"u8))
        {
            fields.Version = json.GetString();
        }
        else if (Is(ref json, "tags"u8))
        {
            fields.Tags = ReadTags(ref json);
        }
        else if (Is(ref json, "status"u8))
        {
            fields.Status = json.GetString();
        }
        else if (Is(ref json, "nonRetriable"u8))
        {
            fields.NonRetriable = json.GetBoolean();
        }
        else if (Is(ref json, "recursive"u8))
        {
            fields.Recursive = json.GetBoolean();
        }
        else if (Is(ref json, "parent"u8))
        {
            fields.Parent = ReadParent(ref json);
        }
        else if (Is(ref json, "source"u8))
        {
            fields.Source = ReadSource(ref json);
        }
        else if (Is(ref json, "events"u8))
        {
            fields.Carried = ReadCarried(ref json);
        }
        else
        {
            json.Skip();
        }
    }

    private static HistoryEvent Build(in Fields f) => f.Type switch
    {
        "TaskScheduled" => new TaskScheduled(f.Time, f.Id, Required(f.Name, f.Type), f.Payload)
        {
            Version = f.Version ?? string.Empty,
            Tags = f.Tags,
        },
        "TaskCompleted" => new TaskCompleted(f.Time, f.Id, f.Payload),
        "TaskFailed" => new TaskFailed(f.Time, f.Id, Required(f.Failure, f.Type), f.NonRetriable),
        "TimerCreated" => new TimerCreated(f.Time, f.Id, f.Due.GetValueOrDefault()),
        "TimerFired" => new TimerFired(f.Time, f.Id),
        "SubOrchestrationCreated" => new SubOrchestrationCreated(f.Time, f.Id, Required(f.Name, f.Type), Required(f.Instance, f.Type), f.Payload)
        {
            Version = f.Version ?? string.Empty,
            Tags = f.Tags,
        },
        "SubOrchestrationCompleted" => new SubOrchestrationCompleted(f.Time, f.Id, f.Payload),
        "SubOrchestrationFailed" => new SubOrchestrationFailed(f.Time, f.Id, Required(f.Failure, f.Type), f.NonRetriable),
        "EventSent" => new EventSent(f.Time, f.Id, Required(f.Instance, f.Type), Required(f.Name, f.Type), f.Payload),
        "EventDelivered" => new EventDelivered(f.Time, f.Id),
        "EventRaised" => new EventRaised(f.Time, Required(f.Name, f.Type), f.Payload, f.Source),
        "CustomStatusSet" => new CustomStatusSet(f.Time, f.Text),
        "ExecutionSuspended" => new ExecutionSuspended(f.Time, f.Text),
        "ExecutionResumed" => new ExecutionResumed(f.Time, f.Text),
        "ExecutionStarted" => new ExecutionStarted(f.Time, Required(f.Name, f.Type), f.Payload, f.CreatedAt)
        {
            Version = f.Version ?? string.Empty,
            Tags = f.Tags,
            Parent = f.Parent,
            StartAt = f.Due,
            CustomStatus = f.Text,
            CarriedEvents = f.Carried,
        },
        "ExecutionCompleted" => new ExecutionCompleted(
            f.Time, Enum.Parse<OrchestrationRuntimeStatus>(Required(f.Status, f.Type)), f.Payload, f.Failure, f.NonRetriable, f.Recursive),
        _ => throw new JsonException($"'{f.Type}' is no event that this version of the program knows: use the program that wrote it."),
    };

    private static T Required<T>(T? value, string? type, [CallerArgumentExpression(nameof(value))] string? field = null)
        where T : class =>
        value ?? throw new JsonException($"The event '{type}' has no {field?.Split('.')[^1].ToLowerInvariant()}.");

    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        // Property names in records are unescaped ASCII, so the raw bytes can be compared.
        if (json.TokenType != JsonTokenType.PropertyName || !json.ValueSpan.SequenceEqual(name))
        {
            return false;
        }

        json.Read();
        return true;
    }

    private static Dictionary<string, string> ReadTags(ref Utf8JsonReader json)
    {
        var tags = new Dictionary<string, string>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            tags[name] = json.GetString()!;
        }

        return tags;
    }

    private static ParentLink ReadParent(ref Utf8JsonReader json)
    {
        var fields = ReadObject(ref json);
        return new ParentLink(Required(fields.Name, "parent"), Required(fields.Instance, "parent"), fields.Generation, fields.Id);
    }

    private static EventSource ReadSource(ref Utf8JsonReader json)
    {
        var fields = ReadObject(ref json);
        return new EventSource(Required(fields.Instance, "source"), fields.Generation, fields.Id);
    }

    private static Fields ReadObject(ref Utf8JsonReader json)
    {
        var fields = default(Fields);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            ReadField(ref json, ref fields);
        }

        return fields;
    }

    private static List<EventRaised> ReadCarried(ref Utf8JsonReader json)
    {
        var carried = new List<EventRaised>();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            carried.Add(ReadEvent(ref json) as EventRaised ?? throw new JsonException("Only events that were raised can be carried over."));
        }

        return carried;
    }

    private static TaskFailureDetails ReadFailure(ref Utf8JsonReader json)
    {
        var (type, message) = (string.Empty, string.Empty);
        string? stack = null;
        TaskFailureDetails? inner = null;
        Dictionary<string, object?>? properties = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref json, "type"u8))
            {
                type = json.GetString()!;
            }
            else if (Is(ref json, "message"u8))
            {
                message = json.GetString()!;
            }
            else if (Is(ref json, "stack"u8))
            {
                stack = json.GetString();
            }
            else if (Is(ref json, "inner"u8))
            {
                inner = ReadFailure(ref json);
            }
            else if (Is(ref json, "properties"u8))
            {
                properties = JsonSerializer.Deserialize<Dictionary<string, object?>>(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return new TaskFailureDetails(type, message, stack, inner, properties);
    }

    private struct Fields
    {
        public string? Type;
        public DateTime Time;
        public int Id;
        public string? Name;
        public string? Payload;
        public string? Instance;
        public int Generation;
        public TaskFailureDetails? Failure;
        public DateTime? Due;
        public DateTime CreatedAt;
        public string? Text;
        public string? Version;
        public Dictionary<string, string>? Tags;
        public string? Status;
        public bool NonRetriable;
        public bool Recursive;
        public ParentLink? Parent;
        public EventSource? Source;
        public List<EventRaised>? Carried;
    }
}
