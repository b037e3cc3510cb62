using System.Text.Json;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>What came back: JSON, and the ETag with its quotes.</summary>
internal sealed record StoreAnswer(JsonElement Body, string? ETag)
{
    public string? this[string member] => Body.GetProperty(member).GetString();
}
