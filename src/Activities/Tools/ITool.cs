using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Tools;

/// <summary>Something that steps of type <c>tool</c> can do, found by its name. Implementations are thread-safe: one instance serves all runs.</summary>
public interface ITool
{
    /// <summary>The name that definitions use: small letters, digits and <c>_</c>, a letter first.</summary>
    public string Name { get; }

    /// <summary>What it does, in one sentence.</summary>
    public string Description { get; }

    /// <summary>What the input looks like, as a JSON Schema of the keywords in <see cref="ToolSchema"/>. Never changed.</summary>
    public JsonObject InputSchema { get; }

    /// <summary>Does it once. The caller has held the input against <see cref="InputSchema"/> (<see cref="ToolInputCheck"/>).</summary>
    /// <returns>The output of the step; null is JSON's null.</returns>
    /// <exception cref="ToolException">It failed, for the reason that the exception carries.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired: the step has had its time, or the run was cancelled.</exception>
    public Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken);
}
