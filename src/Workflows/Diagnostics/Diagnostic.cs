namespace Orchestrator.Workflows.Diagnostics;

/// <summary>One finding in a definition, with the place it is about.</summary>
/// <param name="Code">A stable code such as <c>unknown-step</c>, documented in docs/diagnostics.md.</param>
/// <param name="Pointer">JSON pointer to the value it is about; empty for the document.</param>
/// <param name="Line">Line of that value, from 1; 0 when the source has no text.</param>
/// <param name="Column">Column of that value in characters, from 1; 0 when the source has no text.</param>
/// <param name="Message">One sentence: what is wrong.</param>
public sealed record Diagnostic(
    string Code, DiagnosticSeverity Severity, string Pointer, int Line, int Column, string Message)
{
    /// <summary>What to write instead; null when there is nothing certain enough to say.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The step it is about; null when it is about the workflow.</summary>
    public string? Step { get; init; }
}
