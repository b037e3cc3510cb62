using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats;

/// <summary>
/// Reads a workflow definition from text: parses JSON or YAML, reads the format (one folder beside this file per format), and compiles the
/// definition. All errors are reported at once. Thread-safe.
/// </summary>
public static class WorkflowReader
{
    /// <summary>Reads a definition. Errors in the text are in the result's diagnostics; none throws.</summary>
    /// <param name="utf8">JSON or YAML as UTF-8, with or without a byte order mark.</param>
    /// <param name="tools">The known tools; null: unknown, so that tool names are not checked, and every text of a tool's input is a
    /// template.</param>
    public static ReadResult Read(ReadOnlySpan<byte> utf8, IReadOnlyCollection<KnownTool>? tools = null)
    {
        var diagnostics = new DiagnosticBag();
        if (utf8.Length > DefinitionLimits.MaxBytes)
        {
            diagnostics.Error(
                DiagnosticCodes.TooLarge, 1, 1, $"The definition has {utf8.Length} bytes; {DefinitionLimits.MaxBytes} (8 MiB) are allowed.");
            return new ReadResult(null, diagnostics.Items);
        }

        if (SourceText.Parse(utf8, diagnostics) is not { } root || ReadFormat(root, diagnostics) is not { } format)
        {
            return new ReadResult(null, Sorted(diagnostics));
        }

        var findings = new CompilerFindings(diagnostics, root, format.Definition, format.HasUnreadNames);
        return new ReadResult(new WorkflowCompiler(format.Definition, findings, tools).Compile(), Sorted(diagnostics));
    }

    /// <summary>
    /// Recognizes the format by the content and reads it. There is one format so far, the native one. Another format is a folder beside
    /// <c>Native</c> whose reader makes a <see cref="WorkflowDefinition"/> of the same <see cref="SourceNode"/>s, and is chosen here.
    /// </summary>
    /// <returns>Null when there is no definition, which is reported.</returns>
    private static (WorkflowDefinition Definition, bool HasUnreadNames)? ReadFormat(SourceNode root, DiagnosticBag diagnostics)
    {
        var reader = new DefinitionReader(diagnostics);
        return reader.Read(root) is { } definition ? (definition, reader.HasUnreadNames) : null;
    }

    // The value of an anchor is read once for every alias; an error in it is reported once.
    private static IReadOnlyList<Diagnostic> Sorted(DiagnosticBag diagnostics) =>
    [
        .. diagnostics.Items
            .DistinctBy(item => (item.Code, item.Line, item.Column, item.Message))
            .OrderBy(item => item.Line).ThenBy(item => item.Column),
    ];
}

/// <summary>The result of reading a definition. Immutable.</summary>
/// <param name="Workflow">The compiled workflow; null when there is an error.</param>
/// <param name="Diagnostics">All errors and warnings, in the order of the text.</param>
public sealed record ReadResult(CompiledWorkflow? Workflow, IReadOnlyList<Diagnostic> Diagnostics);
