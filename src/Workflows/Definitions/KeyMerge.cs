using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What an output key is when several steps write it.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<KeyMerge>))]
public enum KeyMerge
{
    /// <summary>The list of their outputs in definition order; lists are joined.</summary>
    Append,

    /// <summary>One object with the members of all, an output that is no object under its step's id; of two of one name the later in definition order counts.</summary>
    Object,

    /// <summary>The output of the last in definition order.</summary>
    Last,
}
