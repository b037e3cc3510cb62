using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>A run that is about to be written down.</summary>
/// <param name="Workflow">The workflow's slug.</param>
public sealed record NewRun(string Workflow, string? App)
{
    /// <summary>The text of the definition, kept under its hash.</summary>
    public required ReadOnlyMemory<byte> Definition { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Names the request that starts it (<see cref="StartKeys"/>); null when it came without a key.</summary>
    public string? StartKey { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The file that the definition was read from; null when it was none.</summary>
    public string? File { get; init; }

    /// <summary>What is known of its first attempt before it begins.</summary>
    public RunAttempt First { get; init; } = new(1);

    /// <summary>Records of another run that it takes over, already named as its own.</summary>
    public IReadOnlyList<StepCheckpoint> Forked { get; init; } = [];
}
