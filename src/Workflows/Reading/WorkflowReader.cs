using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Workflows.Reading;

/// <summary>Reads a workflow definition from text and checks it, everything at once.</summary>
public static class WorkflowReader
{
    /// <summary>Never throws for what a user wrote: what is wrong is in the result's diagnostics.</summary>
    /// <param name="tools">The names of the tools that there are, for a warning about others; null when that is not known.</param>
    public static ReadResult Read(ReadOnlySpan<byte> utf8, IReadOnlyCollection<string>? tools = null)
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

        var compiled = new WorkflowCompiler(definition, new CompilerFindings(diagnostics, root, definition, reader.MissesNames)).Compile(tools);
        return new ReadResult(compiled, Sorted(diagnostics));
    }

    private static IReadOnlyList<Diagnostic> Sorted(DiagnosticBag diagnostics) =>
        [.. diagnostics.Items.OrderBy(item => item.Line).ThenBy(item => item.Column)];
}
