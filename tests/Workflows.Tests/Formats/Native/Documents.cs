using System.Text;
using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Reads definitions without compiling them, and compares them.</summary>
internal static class Documents
{
    private static readonly JsonSerializerOptions Everything = new() { MaxDepth = 1_000 };

    /// <summary>The names of the committed examples' definitions.</summary>
    public static TheoryData<string> Examples { get; } =
        [.. typeof(Documents).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("examples/", StringComparison.Ordinal))];

    /// <summary>The text of a file of this repository that is part of the test assembly.</summary>
    public static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Documents).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <summary>The definition and the diagnostics of the reader, without those of the compiler.</summary>
    public static (WorkflowDefinition? Definition, IReadOnlyList<Diagnostic> Findings) Read(string text)
    {
        var diagnostics = new DiagnosticBag();
        var root = SourceText.Parse(Encoding.UTF8.GetBytes(text), diagnostics);
        var definition = root is null ? null : new DefinitionReader(diagnostics).Read(root);
        return (definition, diagnostics.Items);
    }

    /// <summary>The definition of a valid text.</summary>
    public static WorkflowDefinition ReadWell(string text)
    {
        var (definition, findings) = Read(text);
        Assert.True(findings.Count == 0, $"{string.Join('\n', findings)}\n{text}");
        return definition!;
    }

    /// <summary>The whole definition as one text.</summary>
    public static string Content(WorkflowDefinition definition) => JsonSerializer.Serialize(definition, Everything);
}
