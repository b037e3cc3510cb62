using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Templates;

/// <summary>What a name stands for: a JSON value, which may be null, or nothing at all. The default is <see cref="Missing"/>.</summary>
public readonly record struct TemplateValue
{
    private TemplateValue(JsonNode? value)
    {
        Exists = true;
        Value = value;
    }

    /// <summary>There is no such name: rendering fails.</summary>
    public static TemplateValue Missing => default;

    public bool Exists { get; }

    /// <summary>The value; null is JSON's null, or that the name does not exist.</summary>
    public JsonNode? Value { get; }

    /// <summary>Members that can be named behind it where the value has none of that name; null for none.</summary>
    public JsonObject? Record { get; init; }

    /// <summary>The name exists and stands for <paramref name="value"/>; null is written as nothing.</summary>
    public static TemplateValue Of(JsonNode? value) => new(value);
}
