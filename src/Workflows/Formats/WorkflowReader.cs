using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats;

/// <summary>Reads a workflow definition from text and checks it, everything at once.</summary>
public static class WorkflowReader
{
    /// <summary>Never throws for what a user wrote: what is wrong is in the result's diagnostics.</summary>
    /// <param name="tools">The tools that there are; null when that is not known: then no name of a tool is doubted, and every text in an input is a template.</param>
    public static ReadResult Read(ReadOnlySpan<byte> utf8, IReadOnlyCollection<KnownTool>? tools = null)
    {
        var diagnostics = new DiagnosticBag();
        if (utf8.Length > DefinitionLimits.MaxBytes)
        {
            diagnostics.Error(
                DiagnosticCodes.TooLarge, 1, 1, $"The definition has {utf8.Length} bytes; {DefinitionLimits.MaxBytes} (8 MiB) are allowed.");
            return new ReadResult(null, diagnostics.Items);
        }

        var root = SourceText.Parse(utf8, diagnostics);
        var reader = new DefinitionReader(diagnostics);
        if (root is null || reader.Read(root) is not { } definition)
        {
            return new ReadResult(null, Sorted(diagnostics));
        }

        var compiled = new WorkflowCompiler(definition, new CompilerFindings(diagnostics, root, definition, reader.MissesNames), tools).Compile();
        return new ReadResult(compiled, Sorted(diagnostics));
    }

    // What aliases share is read once for each of them; a mistake in it is one mistake.
    private static IReadOnlyList<Diagnostic> Sorted(DiagnosticBag diagnostics) =>
        [.. diagnostics.Items.DistinctBy(item => (item.Code, item.Line, item.Column, item.Message)).OrderBy(item => item.Line).ThenBy(item => item.Column)];
}
