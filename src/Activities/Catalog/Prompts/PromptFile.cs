namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>
/// Reads prompt files: the text of a prompt below an optional YAML front matter between two lines of three dashes, with <c>model</c>,
/// <c>temperature</c>, <c>maxTokens</c>, <c>system</c>, <c>description</c> and <c>inputs</c>. Thread-safe.
/// </summary>
public static class PromptFile
{
    /// <summary>Reads the content of a file.</summary>
    /// <param name="path">The file, for messages; one that ends with <c>.prompty</c> is read in that format (see <see cref="PromptyFile"/>).</param>
    /// <exception cref="PromptException">The content has mistakes; lists every one with its line.</exception>
    public static PromptDefinition Parse(string slug, string path, string content)
    {
        var findings = new PromptFindings();
        var file = PromptFileText.Read(content, findings);
        var isPrompty = path.EndsWith(PromptyFile.Extension, StringComparison.Ordinal);
        var prompt = isPrompty ? PromptyFile.Read(slug, file, findings) : Read(slug, file, findings);
        return findings.Any ? throw PromptException.Invalid(path, findings.Sorted) : prompt;
    }

    private static PromptDefinition Read(string slug, PromptFileText file, PromptFindings findings)
    {
        var text = file.Text(file.BodyFrom, file.Lines.Count);
        var front = file.Front;
        var prompt = new PromptDefinition
        {
            Slug = slug,
            Text = text,
            Model = front?.Text("model"),
            Temperature = front?.Number("temperature", 0, 2),
            MaxTokens = (int?)front?.Number("maxTokens", 1, int.MaxValue, whole: true),
            System = front?.Text("system"),
            Description = front?.Text("description"),
            Inputs = front is null ? [] : DeclaredInputs.Read(front),
        };
        front?.ReportUnknownKeys();
        findings.Template(text, file.FirstLine(file.BodyFrom));
        if (prompt.System is not null)
        {
            findings.Template(prompt.System, front!.Node.Member("system")!, "system");
        }

        if (string.IsNullOrWhiteSpace(text) && !findings.Any)
        {
            findings.Error("prompt-empty", file.Lines.Count, 1, "The prompt has no text.");
        }

        return prompt;
    }
}
