using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Workflows.Reading;

/// <summary>Reads a workflow definition from text and checks it, everything at once.</summary>
public static class WorkflowReader
{
    /// <summary>Never throws for what a user wrote: what is wrong is in the result's diagnostics.</summary>
    public static ReadResult Read(ReadOnlySpan<byte> utf8)
    {
        var diagnostics = new DiagnosticBag();
        if (utf8.Length > DefinitionLimits.MaxBytes)
        {
            diagnostics.Error(
                DiagnosticCodes.TooLarge, 1, 1, $"The definition has {utf8.Length} bytes; {DefinitionLimits.MaxBytes} (8 MiB) are allowed.");
            return new ReadResult(null, diagnostics.Items);
        }

        var root = SourceText.Parse(utf8, diagnostics);
        var definition = root is null ? null : new DefinitionReader(diagnostics).Read(root);
        if (definition is null || diagnostics.HasErrors)
        {
            return new ReadResult(null, Sorted(diagnostics));
        }

        var compiled = new WorkflowCompiler(definition, (code, pointer, message, suggestion, step) =>
        {
            var at = root!.Nearest(pointer);
            diagnostics.Error(code, at.Line, at.Column, message, pointer, suggestion, step);
        }).Compile();
        return new ReadResult(compiled, Sorted(diagnostics));
    }

    // What aliases share is read once for each of them; a mistake in it is one mistake.
    private static IReadOnlyList<Diagnostic> Sorted(DiagnosticBag diagnostics) =>
        [.. diagnostics.Items.DistinctBy(item => (item.Code, item.Line, item.Column, item.Message)).OrderBy(item => item.Line).ThenBy(item => item.Column)];
}
