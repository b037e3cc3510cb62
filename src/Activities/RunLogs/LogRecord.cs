using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Activities.Checkpoints;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// One record of a run's log: an event; or the checkpoint of a step's attempt, which is the event of the attempt's end as well; or a part of an attempt
/// of the run as a whole. What is large is a value of its own (<see cref="Beside"/>).
/// </summary>
internal sealed record LogRecord
{
    /// <summary>The options for reading records without inputs, output and transformed output of checkpoints, and without the values of parts.</summary>
    private static readonly JsonSerializerOptions WithoutValues = Reading();

    /// <summary>An event that is not the end of an attempt; null for another record.</summary>
    public RunEvent? Event { get; init; }

    /// <summary>The name of the event that the checkpoint is; null for another record, and for a checkpoint that a fork copied.</summary>
    public string? Ended { get; init; }

    /// <summary>The checkpoint of an attempt of a step; null for another record.</summary>
    public StepCheckpoint? Checkpoint { get; init; }

    /// <summary>A part of an attempt of the run; null for another record.</summary>
    public LogPart? Part { get; init; }

    /// <summary>Members of the checkpoint, or of the part, that are stored beside the log, by their JSON names: the SHA-256 of each. Null for none.</summary>
    public IReadOnlyDictionary<string, string>? Beside { get; init; }

    /// <summary>
    /// The execution that wrote a checkpoint, or that takes an attempt with the start of its work (<see cref="AttemptHolders"/>); null for another record.
    /// </summary>
    public string? Writer { get; init; }

    /// <summary>
    /// How many pieces of streamed text the execution had when it ended: the last ones may reach their log later. Null for an event, and for none.
    /// </summary>
    public int? Texts { get; init; }

    /// <summary>The execution from which the writer takes the attempt over, since its process is gone; null when there is none.</summary>
    public string? After { get; init; }

    /// <summary>Whether the writer, whose execution ends without a checkpoint, gives the attempt up. Such a record is no event for readers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Released { get; init; }

    /// <summary>The attempt of a step that it begins, ends or gives up; null for another event.</summary>
    [JsonIgnore]
    public AttemptKey? Attempt => Checkpoint is not null ? AttemptKey.Of(Checkpoint)
        : Event is { Event: RunEventNames.StepStarted, StepPath: { } step, Attempt: { } attempt } ? new AttemptKey(Event.RunAttempt, step, attempt)
        : null;

    /// <summary>The stamp of the run that wrote it.</summary>
    private string? Stamp => Checkpoint?.Stamp ?? Event?.Stamp ?? Part?.Stamp;

    /// <summary>The attempt of the run that it is about; 0 for a checkpoint that a fork copied.</summary>
    [JsonIgnore]
    public int RunAttempt => Checkpoint?.RunAttempt ?? Event?.RunAttempt ?? Part?.RunAttempt ?? 0;

    /// <summary>The event as readers see it; null when the record is none. Use <see cref="LogEvents"/>, which drops the records that do not count.</summary>
    public RunEvent? AsEvent() => Released ? null
        : Event is not null ? Event with { Stamp = null }
        : Ended is not null && Checkpoint is not null ? StepEvents.Ended(Ended, Checkpoint) with { Texts = Texts }
        : null;

    /// <summary>Whether the record belongs to the run with this stamp, and not to another run of the id.</summary>
    public bool IsOf(string? stamp) => Stamp == stamp;

    /// <summary>The record in JSON; null when it is not a valid record.</summary>
    /// <param name="withValues">Whether a checkpoint or a part gets its values; false for readers that need only how attempts ended.</param>
    public static LogRecord? Parse(ReadOnlySpan<byte> json, bool withValues)
    {
        try
        {
            var record = JsonSerializer.Deserialize<LogRecord>(json, withValues ? LogJson.Compact : WithoutValues);
            return record is { Event: { Event: not null, RunId: not null }, Checkpoint: null, Part: null }
                or { Event: null, Checkpoint: not null, Part: null }
                or { Event: null, Checkpoint: null, Part.Name: not null }
                ? record
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonSerializerOptions Reading()
    {
        var options = new JsonSerializerOptions(LogJson.Compact) { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { DropValues } } };
        options.MakeReadOnly();
        return options;
    }

    private static void DropValues(JsonTypeInfo type)
    {
        string[] values = type.Type == typeof(StepCheckpoint)
            ? [nameof(StepCheckpoint.Inputs), nameof(StepCheckpoint.Output), nameof(StepCheckpoint.Transformed)]
            : type.Type == typeof(LogPart) ? [nameof(LogPart.Value)]
            : [];
        foreach (var name in values)
        {
            type.Properties.Remove(type.Properties.Single(property => property.Name == JsonNamingPolicy.CamelCase.ConvertName(name)));
        }
    }
}

/// <summary>A part of an attempt of a run: what it executes, or its outputs. Of several of one name the first in the log counts.</summary>
/// <param name="Name">Its name within the run.</param>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="Stamp">The <see cref="Workflows.Runs.RunIdentity.Stamp"/> of the run.</param>
internal sealed record LogPart(string Name, int RunAttempt, string? Stamp)
{
    /// <summary>The value; null when it is stored beside the log, or was not read.</summary>
    public JsonElement? Value { get; init; }
}
