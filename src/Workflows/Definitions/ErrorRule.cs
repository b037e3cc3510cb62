using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Definitions;

/// <summary><c>onError</c> of a step: one action, or one by kind.</summary>
public sealed record ErrorRule(ErrorAction Default)
{
    /// <summary>Actions for single kinds, in document order.</summary>
    public IReadOnlyList<KeyValuePair<ErrorKind, ErrorAction>> ByKind { get; init; } = [];
}
