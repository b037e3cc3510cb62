using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Planning;

/// <summary>A prompt in the version that this run uses.</summary>
/// <param name="Text">The text with its placeholders.</param>
public sealed record PreparedPrompt(string Text)
{
    private PromptTemplate? _template;
    private PromptTemplate? _system;

    public string? Slug { get; init; }

    /// <summary>The version by content; null for a text inline in the workflow, whose version is the definition's.</summary>
    public string? Version { get; init; }

    public string? System { get; init; }

    /// <summary>The inputs that the prompt declares; empty when it declares none.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    /// <summary>The text, read once for all steps that use it.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    [JsonIgnore]
    public PromptTemplate Template => _template ??= PromptTemplate.Parse(Text);

    /// <summary>The system message as a template; null without one.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    [JsonIgnore]
    public PromptTemplate? SystemTemplate => System is null ? null : _system ??= PromptTemplate.Parse(System);
}
