namespace Orchestrator.Bench.Runtime;

/// <summary>How activities follow each other.</summary>
internal enum NoOpShape
{
    /// <summary>One after the other.</summary>
    Chain,

    /// <summary>All at once, and then all their results.</summary>
    FanOut,
}
