using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What a step needs of the steps it depends on.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JoinKind>))]
public enum JoinKind
{
    /// <summary>All succeeded; it is skipped as soon as one did not.</summary>
    All,

    /// <summary>One succeeded: it starts with what has completed by then; it is skipped when all ended and none did.</summary>
    Any,

    /// <summary>All ended, in whichever way.</summary>
    Settled,
}
