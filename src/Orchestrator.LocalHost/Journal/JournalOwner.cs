using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.LocalHost.Journal;

/// <summary>Which process an instance, or a journal, belongs to: a note for the message to processes that are refused. Only the lock or the lease beside it decides.</summary>
public sealed record JournalOwner(int Pid, string Host, DateTimeOffset Since)
{
    /// <summary>The instance that is held; null for a journal.</summary>
    public string? Instance { get; init; }

    /// <summary>The command that ends the process on its host, in quotes.</summary>
    [JsonIgnore]
    public string EndCommand => OperatingSystem.IsWindows() ? $"'taskkill /F /PID {Pid}'" : $"'kill {Pid}', or 'kill -9 {Pid}' if it is stopped";

    internal static JournalOwner ThisProcess(TimeProvider time) => new(Environment.ProcessId, Environment.MachineName, time.GetUtcNow());

    /// <summary>Null when the note cannot be understood.</summary>
    internal static JournalOwner? Read(ReadOnlySpan<byte> json)
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

    internal byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalOwnerContext.Default.JournalOwner);

    /// <summary>In words: <c>process 12 on host 'a' since 2030-01-01 00:00:00Z</c>.</summary>
    public override string ToString() => $"process {Pid} on host '{Host}' since {Since:u}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalOwner))]
internal sealed partial class JournalOwnerContext : JsonSerializerContext;
