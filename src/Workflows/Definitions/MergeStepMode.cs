using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>How a merge step puts its values together.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MergeStepMode>))]
public enum MergeStepMode
{
    /// <summary>An object with each value under its name.</summary>
    Object,

    /// <summary>A list of the values.</summary>
    Array,

    /// <summary>The texts one after the other; lists are joined to one list.</summary>
    Concat,

    /// <summary>A text with placeholders that the values fill in.</summary>
    Template,
}
