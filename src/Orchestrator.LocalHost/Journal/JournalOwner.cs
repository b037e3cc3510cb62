using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Which process an instance, or a journal, belongs to: a note for the message to processes that are refused. Only the lock or the lease beside it decides.</summary>
internal sealed record JournalOwner(int Pid, string Host, DateTimeOffset Since)
{
    /// <summary>The instance that is held; null for a journal.</summary>
    public string? Instance { get; init; }

    public static JournalOwner ThisProcess(TimeProvider time) => new(Environment.ProcessId, Environment.MachineName, time.GetUtcNow());

    /// <summary>Null when the note cannot be understood.</summary>
    public static JournalOwner? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, JournalOwnerContext.Default.JournalOwner) is { Host: not null } owner ? owner : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalOwnerContext.Default.JournalOwner);

    public override string ToString() => $"process {Pid} on host '{Host}' since {Since:u}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalOwner))]
internal sealed partial class JournalOwnerContext : JsonSerializerContext;
