using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>A stored workflow as the command line and the API show it.</summary>
public sealed record WorkflowDocument
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <inheritdoc cref="NamedRecord.Slug"/>
    public required string Slug { get; init; }

    /// <inheritdoc cref="NamedRecord.App"/>
    public required string? App { get; init; }

    /// <inheritdoc cref="StoredWorkflow.Id"/>
    public required string? Id { get; init; }

    /// <inheritdoc cref="StoredWorkflow.Name"/>
    public required string? Name { get; init; }

    /// <summary>The SHA-256 of the text, as 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <inheritdoc cref="NamedRecord.UpdatedAt"/>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The definition: an object when it was written as JSON, its text when it was written as YAML.</summary>
    public required JsonNode Definition { get; init; }

    /// <summary>Makes the document of a stored workflow.</summary>
    /// <param name="stored">The record.</param>
    /// <param name="utf8">The text as it was written, in UTF-8.</param>
    public static WorkflowDocument Of(StoredWorkflow stored, ReadOnlyMemory<byte> utf8)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return new WorkflowDocument
        {
            Slug = stored.Slug,
            App = stored.App,
            Id = stored.Id,
            Name = stored.Name,
            Hash = stored.Hash,
            UpdatedAt = stored.UpdatedAt,
            Definition = Read(Encoding.UTF8.GetString(utf8.Span).TrimStart('\uFEFF')),
        };
    }

    private static JsonNode Read(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Lenient) as JsonObject ?? (JsonNode)JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
