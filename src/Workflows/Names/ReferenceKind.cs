namespace Orchestrator.Workflows.Names;

/// <summary>What a path begins at.</summary>
public enum ReferenceKind
{
    /// <summary>One run input.</summary>
    Input,

    /// <summary>The object of all run inputs.</summary>
    AllInputs,

    /// <summary>The output of a step.</summary>
    Output,

    /// <summary>What a step's transform made of its output.</summary>
    Transformed,

    /// <summary>A step's record: <c>output</c>, <c>transformed</c>, <c>status</c>, <c>error</c>, <c>usage</c>.</summary>
    StepRecord,

    /// <summary>The run itself: <c>id</c>, <c>attempt</c>.</summary>
    Run,

    /// <summary>The output of the turn before.</summary>
    Previous,

    /// <summary>A secret of the host.</summary>
    Secret,
}
