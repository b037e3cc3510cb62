using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

[JsonConverter(typeof(CamelCaseEnumConverter<InputType>))]
public enum InputType
{
    Any,
    String,
    Number,
    Integer,
    Boolean,
    Array,
    Object,
}
