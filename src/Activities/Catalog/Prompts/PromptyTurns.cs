using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>Reads the turns of a prompty body: at most one of the system, then one of the user, in plain text with placeholders.</summary>
internal static partial class PromptyTurns
{
    private const string Code = "prompt-unsupported";

    private static readonly (Regex Pattern, string Name)[] Unsupported =
    [
        (Statement, "A statement of Jinja"),
        (Comment, "A comment of Jinja"),
        (Filter, "A filter of Jinja"),
        (Image, "An image"),
        (Thread, "The place of a conversation"),
    ];

    // Linear in the length of the line: no two adjacent parts of the pattern can match the same blanks.
    [GeneratedRegex(
        @"^\s*(?:#\s*)?(?<role>assistant|developer|function|system|tools?|user)(?:\s*(?<options>\[.*\]))?\s*:\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Role { get; }

    [GeneratedRegex(@"\{%")]
    private static partial Regex Statement { get; }

    [GeneratedRegex(@"(?<!\{)\{#")]
    private static partial Regex Comment { get; }

    [GeneratedRegex(@"\{\{[^{}|]*\|")]
    private static partial Regex Filter { get; }

    [GeneratedRegex(@"!\[[^\[\]]*\]\(")]
    private static partial Regex Image { get; }

    [GeneratedRegex(@"^\s*!\[thread\]")]
    private static partial Regex Thread { get; }

    /// <summary>Adds the texts of the turns to a prompt.</summary>
    public static PromptDefinition Read(PromptFileText file, PromptFindings findings, PromptDefinition prompt)
    {
        string? system = null;
        string? user = null;
        var from = file.BodyFrom;

        // Text before the first role belongs to the system.
        var role = "system";
        for (var line = file.BodyFrom; line <= file.Lines.Count; line++)
        {
            var next = line < file.Lines.Count ? Role.Match(file.Lines[line]) : Match.Empty;
            if (!next.Success && line < file.Lines.Count)
            {
                CheckLine(file.Lines[line], line, findings);
                continue;
            }

            var text = file.Text(from, line);
            if (!string.IsNullOrWhiteSpace(text))
            {
                findings.Template(text, file.FirstLine(from));
                _ = (role, system, user) switch
                {
                    ("system", null, null) => system = text,
                    ("user", _, null) => user = text,
                    _ => Refuse(role, from, file, findings),
                };
            }

            if (next.Groups["options"] is { Success: true } options)
            {
                findings.Error(
                    Code, line + 1, options.Index + 1,
                    $"The text in brackets after '{next.Groups["role"].Value}' cannot be carried over. Remove it.");
            }

            (from, role) = (line + 1, next.Groups["role"].Value.ToLowerInvariant());
        }

        if (user is null && !findings.Any)
        {
            findings.Error(
                "prompt-empty", system is null ? file.Lines.Count : file.BodyFrom + 1, 1,
                system is null
                    ? "The prompt has no text."
                    : "The prompt has no turn of the user. Begin the text that asks for the answer with a line 'user:'.");
        }

        return prompt with { System = system, Text = user ?? "" };
    }

    private static string? Refuse(string role, int from, PromptFileText file, PromptFindings findings)
    {
        var reason = role is "system" or "user"
            ? "a prompt has one text of the system, then one of the user"
            : "a prompt has texts of the system and of the user only";
        var line = file.Lines[from - 1];
        var column = line.Length - line.TrimStart().Length + 1;
        findings.Error(Code, from, column, $"This turn of '{role}' cannot be carried over: {reason}.");
        return null;
    }

    private static void CheckLine(string text, int line, PromptFindings findings)
    {
        foreach (var (pattern, name) in Unsupported)
        {
            if (pattern.Match(text) is { Success: true } match)
            {
                findings.Error(Code, line + 1, match.Index + 1, $"{name} cannot be carried over; only {{{{placeholders}}}} are replaced.");
            }
        }
    }
}
