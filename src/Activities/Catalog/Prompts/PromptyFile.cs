using Orchestrator.Workflows.Sources;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>
/// Reads Microsoft's prompty format: a front matter with <c>model</c> and <c>inputs</c>, and turns that begin with <c>system:</c> and <c>user:</c>.
/// What a <see cref="PromptDefinition"/> cannot represent is an error, so that nothing is lost silently. The model's address and key are ignored: the
/// host configures them.
/// </summary>
internal static class PromptyFile
{
    public const string Extension = ".prompty";

    private const string NoPlace = "there is no place for it in a prompt. Remove it, or say it in the text.";

    private static readonly string[] KnownParameters = ["temperature", "max_tokens", "max_completion_tokens"];

    public static PromptDefinition Read(string slug, PromptFileText file, PromptFindings findings)
    {
        var front = file.Front;
        var prompt = PromptyTurns.Read(file, findings, new PromptDefinition
        {
            Slug = slug,
            Text = "",
            Description = front?.Text("description"),
            Inputs = front is null ? [] : DeclaredInputs.ReadPrompty(front),
        });
        if (front is null)
        {
            return prompt;
        }

        prompt = ReadModel(front, prompt);
        CheckTemplate(front);
        front.Ignore("name", "authors", "tags", "version", "sample", "metadata", "$schema", "id");
        front.Refuse(NoPlace, "outputs", "tools", "base", "instructions", "additional_instructions");
        front.ReportUnknownKeys();
        return prompt;
    }

    private static PromptDefinition ReadModel(FrontMatter front, PromptDefinition prompt)
    {
        if (front.Node.Member("model") is { Kind: SourceKind.String })
        {
            return prompt with { Model = ReadModelName(front, "model") };
        }

        if (front.Object("model") is not { } model)
        {
            return prompt;
        }

        CheckOneOf(model, "api", "chat");
        CheckOneOf(model, "response", "first");
        var configuration = ObjectOfEitherName(model, "configuration", "connection");
        var parameters = ObjectOfEitherName(model, "parameters", "options");
        prompt = prompt with
        {
            Model = ReadModelName(model, "id") ?? (configuration is null ? null : ReadModelName(configuration)),
            Temperature = parameters?.Number("temperature", 0, 2),
            MaxTokens = (int?)(parameters?.Number("max_tokens", 1, int.MaxValue, whole: true)
                ?? parameters?.Number("max_completion_tokens", 1, int.MaxValue, whole: true)),
        };
        if (parameters is not null)
        {
            parameters.Refuse(NoPlace, [.. parameters.Node.Members.Select(member => member.Name).Except(KnownParameters)]);
        }

        model.ReportUnknownKeys();
        return prompt;
    }

    /// <summary>The name of a model; null when the key is missing. A variable, which other readers replace, is refused.</summary>
    private static string? ReadModelName(FrontMatter owner, string key)
    {
        var name = owner.Text(key);
        if (name?.StartsWith("${", StringComparison.Ordinal) == true)
        {
            owner.Invalid(owner.Node.Member(key)!, $"'{key}' is {name}, and variables are not replaced here. Write the name of the model.");
        }

        return name;
    }

    private static string? ReadModelName(FrontMatter configuration)
    {
        string? name = null;
        foreach (var key in (string[])["azure_deployment", "model", "name"])
        {
            var given = ReadModelName(configuration, key);
            name ??= given;
        }

        configuration.Ignore("type", "azure_endpoint", "api_version", "api_key", "organization", "endpoint", "base_url", "connection");
        configuration.ReportUnknownKeys();
        return name;
    }

    /// <summary>The nested object under its older or its newer name; null when there is none.</summary>
    private static FrontMatter? ObjectOfEitherName(FrontMatter model, string older, string newer) => model.Object(older) ?? model.Object(newer);

    private static void CheckOneOf(FrontMatter front, string key, params ReadOnlySpan<string> allowed)
    {
        if (front.Text(key) is { } given && !allowed.Contains(given))
        {
            front.Invalid(front.Node.Member(key)!, $"'{key}' is '{given}'; only {string.Join(" and ", allowed)} can be carried over.");
        }
    }

    private static void CheckTemplate(FrontMatter front)
    {
        if (front.Node.Member("template") is not { Kind: SourceKind.Object })
        {
            CheckOneOf(front, "template", "jinja2", "mustache");
            return;
        }

        var template = front.Object("template")!;
        CheckOneOf(template, "type", "jinja2", "mustache");
        CheckOneOf(template, "format", "jinja2", "mustache");
        CheckOneOf(template, "parser", "prompty");
        template.ReportUnknownKeys();
    }
}
