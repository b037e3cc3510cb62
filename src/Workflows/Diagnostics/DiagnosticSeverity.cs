namespace Orchestrator.Workflows.Diagnostics;

public enum DiagnosticSeverity
{
    /// <summary>The definition cannot run.</summary>
    Error,

    /// <summary>It runs, but probably not as meant.</summary>
    Warning,
}
