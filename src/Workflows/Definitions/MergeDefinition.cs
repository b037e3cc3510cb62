using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Which values a merge step combines, and how. Immutable.</summary>
/// <param name="From">The names and paths of the values, in document order.</param>
public sealed record MergeDefinition(MergeStepMode Mode, IReadOnlyList<KeyValuePair<string, string>> From)
{
    /// <summary>Whether the author wrote a list of paths, from which the names are derived. Default false: an object of names and paths.</summary>
    public bool FromList { get; init; }

    /// <summary>The text with placeholders, for <see cref="MergeStepMode.Template"/>; null for other modes.</summary>
    public string? Template { get; init; }

    /// <summary>The text between two texts, for <see cref="MergeStepMode.Concat"/>; null: an empty line, and for other modes.</summary>
    public string? Separator { get; init; }
}

/// <summary>How a merge step combines its values.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MergeStepMode>))]
public enum MergeStepMode
{
    /// <summary>An object with each value under its name.</summary>
    Object,

    /// <summary>A list of the values.</summary>
    Array,

    /// <summary>The texts joined by the separator; lists are joined to one list.</summary>
    Concat,

    /// <summary>A text whose placeholders are replaced by the values.</summary>
    Template,
}
