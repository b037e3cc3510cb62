namespace Orchestrator.Workflows.Names;

/// <summary>Names that have a meaning only in some places.</summary>
[Flags]
public enum ExtraNames
{
    None = 0,

    /// <summary><c>previous</c>: the output of the turn before, in a repeated step.</summary>
    Previous = 1,

    /// <summary><c>secrets.NAME</c>, in the input of a tool.</summary>
    Secrets = 2,
}
