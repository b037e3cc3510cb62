using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>Collects the mistakes in one prompt file. Not thread-safe.</summary>
internal sealed class PromptFindings
{
    private const string TemplateCode = "prompt-template";

    private readonly List<Diagnostic> _items = [];

    public bool Any => _items.Count > 0;

    /// <summary>All findings in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Sorted => [.. _items.OrderBy(item => item.Line).ThenBy(item => item.Column)];

    public void Error(string code, SourceNode at, string message, string? suggestion = null) => Error(code, at.Line, at.Column, message, suggestion);

    /// <summary>Reports a template with a mistake at its place in the file, unless that line has a finding already.</summary>
    /// <param name="line">The line of the file on which the text begins, from 1.</param>
    public void Template(string text, int line)
    {
        try
        {
            // The empty lines make the parser count lines as in the file.
            _ = PromptTemplate.Parse(new string('\n', line - 1) + text);
        }
        catch (TemplateException problem) when (problem.Line is not { } at || _items.TrueForAll(item => item.Line != at))
        {
            Error(TemplateCode, problem.Line ?? line, problem.Column ?? 1, problem.Message);
        }
        catch (TemplateException)
        {
            // The line has a finding already, and the template's mistake probably follows from it.
        }
    }

    /// <summary>
    /// Reports a template with a mistake in a value of the front matter. Only the place of the value is known: YAML may have joined its lines.
    /// </summary>
    public void Template(string text, SourceNode at, string key)
    {
        try
        {
            _ = PromptTemplate.Parse(text);
        }
        catch (TemplateException problem)
        {
            Error(TemplateCode, at, $"The text of '{key}' is wrong: {problem.Message}");
        }
    }

    public void Error(string code, int line, int column, string message, string? suggestion = null) =>
        _items.Add(new Diagnostic(code, DiagnosticSeverity.Error, "", line, column, message) { Suggestion = suggestion });
}
