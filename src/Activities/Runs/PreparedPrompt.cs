namespace Orchestrator.Activities.Runs;

/// <summary>A prompt in the version that this run uses.</summary>
/// <param name="Text">The text with its placeholders.</param>
public sealed record PreparedPrompt(string Text)
{
    public string? Slug { get; init; }

    /// <summary>The version by content; null for a text inline in the workflow, whose version is the definition's.</summary>
    public string? Version { get; init; }

    public string? System { get; init; }
}
