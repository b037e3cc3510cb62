namespace Orchestrator.Workflows.Reading;

public enum SourceKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}
