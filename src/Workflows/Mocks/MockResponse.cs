using System.Text.Json;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Mocks;

/// <summary>The mocked outcome of one attempt of a step: an output or an error, never both. Immutable.</summary>
public sealed record MockResponse
{
    /// <summary>
    /// The output as JSON; null when the attempt fails. A tool returns it, a model streams <see cref="OutputText"/>.
    /// </summary>
    public JsonElement? Output { get; init; }

    /// <summary>The time before the answer, in milliseconds, 0 or more; 0 by default.</summary>
    public int LatencyMs { get; init; }

    /// <summary>The usage; null to estimate it from the texts.</summary>
    public MockUsage? Usage { get; init; }

    /// <summary>The error; null when the attempt succeeds.</summary>
    public WorkflowError? Error { get; init; }

    /// <summary>The output as a model would stream it: a string as it is, anything else as compact JSON; empty when the attempt fails.</summary>
    public string OutputText => Output switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } value => JsonSerializer.Serialize(value, WorkflowJson.Compact),
    };
}

/// <summary>The tokens that a mocked call reports; each 0 or more. Immutable.</summary>
public sealed record MockUsage
{
    /// <summary>Tokens of input, cached ones included.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens of output.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Tokens of input that were read from the provider's cache.</summary>
    public long CachedTokens { get; init; }
}
