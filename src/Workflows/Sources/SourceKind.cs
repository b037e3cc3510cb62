namespace Orchestrator.Workflows.Sources;

public enum SourceKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}
