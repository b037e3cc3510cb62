using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>The first line of every history file: whose it is, since a file's name may hold only a hash of the id.</summary>
internal sealed record JournalHeader([property: JsonPropertyName("instance")] string Instance, [property: JsonPropertyName("generation")] int Generation);

[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalHeaderContext : JsonSerializerContext;
