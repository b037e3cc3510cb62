namespace Orchestrator.Workflows.Definitions;

/// <summary>What a merge step puts together, and how.</summary>
/// <param name="From">The names and paths of the values, in document order.</param>
public sealed record MergeDefinition(MergeStepMode Mode, IReadOnlyList<KeyValuePair<string, string>> From)
{
    /// <summary>The author wrote a list of paths, and the names come from them.</summary>
    public bool FromList { get; init; }

    /// <summary>The text for <see cref="MergeStepMode.Template"/>; null for the others.</summary>
    public string? Template { get; init; }

    /// <summary>What stands between two texts for <see cref="MergeStepMode.Concat"/>. Null: an empty line.</summary>
    public string? Separator { get; init; }
}
