namespace Orchestrator.Workflows.Definitions;

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
