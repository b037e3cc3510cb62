using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>The two parts of a prompt file: the front matter between two lines of three dashes, and the lines below it.</summary>
internal sealed class PromptFileText
{
    private const string Fence = "---";
    private readonly string[] _lines;

    private PromptFileText(string[] lines, int bodyFrom, FrontMatter? front) => (_lines, BodyFrom, Front) = (lines, bodyFrom, front);

    /// <summary>The front matter; null when there is none or it cannot be read.</summary>
    public FrontMatter? Front { get; }

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The first line below the front matter, from 0.</summary>
    public int BodyFrom { get; }

    public static PromptFileText Read(string content, PromptFindings findings)
    {
        var lines = content.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        if (lines[0].TrimEnd() != Fence)
        {
            return new PromptFileText(lines, 0, null);
        }

        var end = Array.FindIndex(lines, 1, line => line.TrimEnd() == Fence);
        if (end < 0)
        {
            findings.Error("prompt-front-matter", 1, 1, "The front matter has no end: a second line '---' is missing.");
            return new PromptFileText(lines, lines.Length, null);
        }

        return new PromptFileText(lines, end + 1, ReadFront(lines[..end], findings));
    }

    /// <summary>The text of a range of lines, without leading and trailing empty lines.</summary>
    /// <param name="from">The first line, from 0.</param>
    /// <param name="to">The line after the last.</param>
    public string Text(int from, int to) => string.Join('\n', _lines[from..to]).Trim('\n');

    /// <summary>The line on which <see cref="Text"/> from this line begins, from 1.</summary>
    public int FirstLine(int from) => (Array.FindIndex(_lines, from, line => line.Length > 0) is var first and >= 0 ? first : from) + 1;

    private static FrontMatter? ReadFront(string[] lines, PromptFindings findings)
    {
        if (lines.Skip(1).All(line => line.AsSpan().Trim() is [] or ['#', ..]))
        {
            return null;
        }

        // The first line of dashes is part of the YAML document, so that line numbers count from the start of the file.
        var root = SourceText.ReadYaml(string.Join('\n', lines) + '\n', out var diagnostics);
        foreach (var item in diagnostics)
        {
            findings.Error(
                item.Code == DiagnosticCodes.DuplicateName ? "prompt-duplicate-key" : "prompt-front-matter",
                item.Line, item.Column, item.Message, item.Suggestion);
        }

        if (root is { Kind: not SourceKind.Object })
        {
            findings.Error("prompt-front-matter", root, "The front matter has 'key: value' lines, and this is none.");
            return null;
        }

        return root is null ? null : new FrontMatter(root, findings);
    }
}
