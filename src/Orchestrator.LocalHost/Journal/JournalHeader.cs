using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The first line of every history file: whose it is, since a file's name may hold only a hash of the id.</summary>
internal sealed record JournalHeader([property: JsonPropertyName("instance")] string Instance, [property: JsonPropertyName("generation")] int Generation)
{
    /// <summary>What an extract says of itself and of its history; null in every other file.</summary>
    [JsonPropertyName("extract")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExtractHeader? Extract { get; init; }
}

/// <summary>With it, an extract that a crash cut off, or one of another history, is recognized.</summary>
/// <param name="HistoryLength">How long the history is, in bytes.</param>
/// <param name="Records">How many records follow.</param>
internal sealed record ExtractHeader([property: JsonPropertyName("historyLength")] long HistoryLength, [property: JsonPropertyName("records")] int Records);

[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalHeaderContext : JsonSerializerContext;
