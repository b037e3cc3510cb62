using System.Text.Json;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Mocks;

/// <summary>What one attempt of a step gets instead of a model or a tool: an output or an error, never both.</summary>
public sealed record MockResponse
{
    /// <summary>
    /// The value to answer with, as JSON; null when the attempt fails. For a tool it is the result, a model streams <see cref="OutputText"/>.
    /// </summary>
    public JsonElement? Output { get; init; }

    /// <summary>How long the attempt takes before it answers, in milliseconds; 0 by default.</summary>
    public int LatencyMs { get; init; }

    /// <summary>What it used; null to estimate it from the texts.</summary>
    public MockUsage? Usage { get; init; }

    /// <summary>The failure; null when the attempt succeeds.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The output as a model would stream it: a string as it is, anything else as compact JSON; empty when the attempt fails.</summary>
    public string OutputText => Output switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } value => JsonSerializer.Serialize(value, WorkflowJson.Compact),
    };
}

/// <summary>The tokens that a mocked call says it used.</summary>
public sealed record MockUsage
{
    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long CachedTokens { get; init; }
}
