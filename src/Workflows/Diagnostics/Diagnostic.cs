using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Diagnostics;

/// <summary>One error or warning about a definition, with its place. Immutable.</summary>
/// <param name="Code">A stable code such as <c>unknown-step</c>, documented in docs/diagnostics.md.</param>
/// <param name="Pointer">JSON pointer (RFC 6901) to the value it is about; empty for the whole document.</param>
/// <param name="Line">Line of that value, from 1; 0 when there is no source text.</param>
/// <param name="Column">Column of that value in characters, from 1; 0 when there is no source text.</param>
/// <param name="Message">What is wrong, as a sentence.</param>
public sealed record Diagnostic(
    string Code, DiagnosticSeverity Severity, string Pointer, int Line, int Column, string Message)
{
    /// <summary>A sentence that says how to correct it; null for none.</summary>
    public string? Suggestion { get; init; }

    /// <summary>The id of the step it is about; null when it is about the workflow.</summary>
    public string? Step { get; init; }

    /// <summary>The message and the suggestion, if there is one. A method, because properties are serialized.</summary>
    public string FullMessage() => Diagnostics.Suggestion.Append(Message, Suggestion);
}

/// <summary>Whether a <see cref="Diagnostic"/> prevents a run.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<DiagnosticSeverity>))]
public enum DiagnosticSeverity
{
    /// <summary>The definition cannot run.</summary>
    Error,

    /// <summary>The definition can run, but probably not as intended.</summary>
    Warning,
}

/// <summary>Collects diagnostics while a document is read. Not thread-safe.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>Maximum number of errors, and of warnings, that are kept: a text of 8 MiB can have millions.</summary>
    public const int MaxPerSeverity = 50_000;

    private readonly List<Diagnostic> _items = [];
    private readonly int[] _counts = new int[2];

    public bool HasErrors { get; private set; }

    public IReadOnlyList<Diagnostic> Items => _items;

    public Suggestions Suggestions { get; } = new();

    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == DiagnosticSeverity.Error;
        var count = ++_counts[(int)diagnostic.Severity];
        if (count <= MaxPerSeverity)
        {
            _items.Add(diagnostic);
        }
        else if (count == MaxPerSeverity + 1)
        {
            var what = diagnostic.Severity == DiagnosticSeverity.Error ? "errors" : "warnings";
            _items.Add(new Diagnostic(
                DiagnosticCodes.TooLarge, DiagnosticSeverity.Warning, "", diagnostic.Line, diagnostic.Column,
                $"There are more than {MaxPerSeverity} {what}; those found after this one are left out."));
        }
    }

    public void Error(string code, int line, int column, string message, string pointer = "", string? suggestion = null, string? step = null) =>
        Add(new Diagnostic(code, DiagnosticSeverity.Error, pointer, line, column, message) { Suggestion = suggestion, Step = step });
}
