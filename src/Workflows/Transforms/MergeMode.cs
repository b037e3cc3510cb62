using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Transforms;

/// <summary>How several values become one. Written in camelCase in definitions.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MergeMode>))]
public enum MergeMode
{
    /// <summary>An object with each value under its name.</summary>
    Object,

    /// <summary>A list of the values as they are.</summary>
    Array,

    /// <summary>One text of all texts with a separator between them, or one list when all values are lists.</summary>
    Concat,

    /// <summary>One list: a value that is a list gives its items, any other gives itself.</summary>
    Append,

    /// <summary>The last value.</summary>
    Last,
}
