using Orchestrator.Workflows.Sources;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>
/// Microsoft's prompty format: a front matter with <c>model</c> and <c>inputs</c>, and turns that begin with <c>system:</c> and <c>user:</c>. What has
/// no place in a <see cref="PromptDefinition"/> is an error, so that nothing is lost in silence; where and with which key the model is reached is the
/// host's affair, and what the file says of it is passed over.
/// </summary>
internal static class PromptyFile
{
    public const string Extension = ".prompty";

    private const string NoPlace = "there is no place for it in a prompt. Remove it, or say it in the text.";

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

        prompt = Model(front, prompt);
        Template(front);
        front.Ignore("name", "authors", "tags", "version", "sample", "metadata", "$schema", "id");
        front.Refuse(NoPlace, "outputs", "tools", "base", "instructions", "additional_instructions");
        front.Finish();
        return prompt;
    }

    private static PromptDefinition Model(FrontMatter front, PromptDefinition prompt)
    {
        if (front.Node.Member("model") is { Kind: SourceKind.String })
        {
            return prompt with { Model = front.Text("model") };
        }

        if (front.Object("model") is not { } model)
        {
            return prompt;
        }

        OneOf(model, "api", "chat");
        OneOf(model, "response", "first");
        var configuration = Either(model, "configuration", "connection");
        var parameters = Either(model, "parameters", "options");
        prompt = prompt with
        {
            Model = model.Text("id") ?? (configuration is null ? null : Name(configuration)),
            Temperature = parameters?.Number("temperature", 0, 2),
            MaxTokens = (int?)(parameters?.Number("max_tokens", 1, int.MaxValue, whole: true)
                ?? parameters?.Number("max_completion_tokens", 1, int.MaxValue, whole: true)),
        };
        if (parameters is not null)
        {
            parameters.Refuse(NoPlace, [.. parameters.Node.Members.Select(member => member.Name).Where(name => name is not ("temperature" or "max_tokens" or "max_completion_tokens"))]);
        }

        model.Finish();
        return prompt;
    }

    private static string? Name(FrontMatter configuration)
    {
        string? name = null;
        foreach (var key in (string[])["azure_deployment", "model", "name"])
        {
            var given = configuration.Text(key);
            if (given?.StartsWith("${", StringComparison.Ordinal) == true)
            {
                configuration.Wrong(configuration.Node.Member(key)!, $"'{key}' is {given}, and nothing is put in its place here. Write the name of the model.");
            }

            name ??= given;
        }

        configuration.Ignore("type", "azure_endpoint", "api_version", "api_key", "organization", "endpoint", "base_url", "connection");
        configuration.Finish();
        return name;
    }

    /// <summary>The older or the newer name of the same thing.</summary>
    private static FrontMatter? Either(FrontMatter model, string older, string newer) => model.Object(older) ?? model.Object(newer);

    private static void OneOf(FrontMatter front, string key, params ReadOnlySpan<string> allowed)
    {
        if (front.Text(key) is { } given && !allowed.Contains(given))
        {
            front.Wrong(front.Node.Member(key)!, $"'{key}' is '{given}'; only {string.Join(" and ", allowed)} can be carried over.");
        }
    }

    private static void Template(FrontMatter front)
    {
        if (front.Node.Member("template") is not { Kind: SourceKind.Object })
        {
            OneOf(front, "template", "jinja2", "mustache");
            return;
        }

        var template = front.Object("template")!;
        OneOf(template, "type", "jinja2", "mustache");
        OneOf(template, "format", "jinja2", "mustache");
        OneOf(template, "parser", "prompty");
        template.Finish();
    }
}
