namespace Orchestrator.Workflows.Resuming;

/// <summary>What an attempt that resumes a run does differently from the attempt before it, or a fork from the run that it was forked from.</summary>
public sealed record RunChanges
{
    /// <summary>The names of inputs that have another value.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The ids of steps whose output was given by hand, in definition order.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The ids of steps whose definition or prompt is another one, new steps included, in definition order.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The ids of steps that are no longer there.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The names of options that have another value, as in a start request.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
}
