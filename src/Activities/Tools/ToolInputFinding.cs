namespace Orchestrator.Activities.Tools;

/// <summary>One thing that is wrong with the input of a tool.</summary>
/// <param name="Pointer">JSON pointer to the value from the input; to the object when a member is missing.</param>
/// <param name="Message">One sentence: what is wrong.</param>
/// <param name="Suggestion">What was probably meant; null when nothing is near.</param>
public sealed record ToolInputFinding(string Pointer, string Message, string? Suggestion = null);
