using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Planning;

/// <summary>What the final failure of a step leads to, by kind.</summary>
public sealed record FailureRule(FailureAction Default)
{
    /// <summary>Actions for single kinds; they go before <see cref="Default"/>.</summary>
    public IReadOnlyDictionary<ErrorKind, FailureAction> ByKind { get; init; } = new Dictionary<ErrorKind, FailureAction>();

    public FailureAction For(ErrorKind kind) => ByKind.TryGetValue(kind, out var action) ? action : Default;
}
