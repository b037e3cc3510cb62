using System.Globalization;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Prompts;

/// <summary>
/// The text of a prompt, below an optional block of <c>key: value</c> lines between two lines of three dashes:
/// <c>model</c>, <c>temperature</c>, <c>maxTokens</c>, <c>system</c>, <c>description</c>. Values stand on one line, in quotes or without;
/// empty lines and lines that begin with <c>#</c> are passed over.
/// </summary>
public static class PromptFile
{
    private const string Fence = "---";
    private static readonly string[] Keys = ["model", "temperature", "maxTokens", "system", "description"];

    /// <summary>Reads the content of a file.</summary>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <exception cref="PromptException">It is wrong; lists every mistake with its line.</exception>
    public static PromptDefinition Parse(string slug, string path, string content)
    {
        var lines = content.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var diagnostics = new List<Diagnostic>();
        var (values, bodyFrom) = lines[0].TrimEnd() == Fence ? FrontMatter(lines, diagnostics) : ([], 0);
        var text = string.Join('\n', lines[bodyFrom..]).Trim('\n');
        if (string.IsNullOrWhiteSpace(text) && diagnostics.Count == 0)
        {
            diagnostics.Add(Error("prompt-empty", lines.Length, "The prompt has no text."));
        }

        var prompt = new PromptDefinition
        {
            Slug = slug,
            Text = text,
            Model = Text(values, "model"),
            System = Text(values, "system"),
            Description = Text(values, "description"),
            Temperature = Number(values, "temperature", 0, 2, diagnostics),
            MaxTokens = (int?)Number(values, "maxTokens", 1, int.MaxValue, diagnostics, whole: true),
        };
        return diagnostics.Count == 0 ? prompt : throw PromptException.Invalid(path, [.. diagnostics.OrderBy(d => d.Line)]);
    }

    private static (Dictionary<string, (string Value, int Line)> Values, int BodyFrom) FrontMatter(string[] lines, List<Diagnostic> diagnostics)
    {
        var values = new Dictionary<string, (string, int)>(StringComparer.Ordinal);
        var end = Array.FindIndex(lines, 1, line => line.TrimEnd() == Fence);
        if (end < 0)
        {
            diagnostics.Add(Error("prompt-front-matter", 1, "The front matter has no end: a second line '---' is missing."));
            return (values, lines.Length);
        }

        for (var i = 1; i < end; i++)
        {
            if (lines[i].Trim() is { Length: > 0 } line && line[0] != '#')
            {
                ReadLine(lines[i], i + 1, values, diagnostics);
            }
        }

        return (values, end + 1);
    }

    private static void ReadLine(string line, int number, Dictionary<string, (string, int)> values, List<Diagnostic> diagnostics)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || char.IsWhiteSpace(line[0]))
        {
            diagnostics.Add(Error("prompt-front-matter", number, $"'{line.Trim()}' is not 'key: value' on one line."));
            return;
        }

        var (key, value) = (line[..colon].TrimEnd(), Unquoted(line[(colon + 1)..].Trim()));
        if (!Keys.Contains(key))
        {
            diagnostics.Add(Error(
                "prompt-unknown-key", number, $"There is no key '{key}' here, only {string.Join(", ", Keys)}.", Suggestion.For(key, Keys)));
        }
        else if (value.Length == 0 || value is "|" or ">")
        {
            diagnostics.Add(Error("prompt-invalid-value", number, $"'{key}' needs a value on the same line."));
        }
        else if (!values.TryAdd(key, (value, number)))
        {
            diagnostics.Add(Error("prompt-duplicate-key", number, $"'{key}' is given twice."));
        }
    }

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;

    private static string? Text(Dictionary<string, (string Value, int Line)> values, string key) =>
        values.TryGetValue(key, out var found) ? found.Value : null;

    private static double? Number(
        Dictionary<string, (string Value, int Line)> values, string key, double least, double most, List<Diagnostic> diagnostics, bool whole = false)
    {
        if (!values.TryGetValue(key, out var found))
        {
            return null;
        }

        var isNumber = double.TryParse(found.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        if (isNumber && number >= least && number <= most && (!whole || number == Math.Floor(number)))
        {
            return number;
        }

        var range = most == int.MaxValue ? $"{least} or more" : $"from {least} to {most}";
        diagnostics.Add(Error(
            "prompt-invalid-value", found.Line, $"'{key}' is '{found.Value}'; it takes a {(whole ? "whole " : "")}number, {range}."));
        return null;
    }

    private static Diagnostic Error(string code, int line, string message, string? suggestion = null) =>
        new(code, DiagnosticSeverity.Error, "", line, 1, message) { Suggestion = suggestion };
}
