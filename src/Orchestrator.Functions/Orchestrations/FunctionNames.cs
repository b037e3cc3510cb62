namespace Orchestrator.Functions.Orchestrations;

/// <summary>The names of orchestrators, activities and events in histories: changing one breaks runs that are under way.</summary>
public static class FunctionNames
{
    public const string WorkflowRun = "WorkflowRun";
    public const string PrepareRun = "PrepareRun";
    public const string ExecuteStep = "ExecuteStep";
    public const string RecordFacts = "RecordFacts";
    public const string CancelSteps = "CancelSteps";
    public const string FinishRun = "FinishRun";

    /// <summary>The activities that only steer: on LocalHost they do not queue behind the steps.</summary>
    public static IReadOnlyList<string> Steering { get; } = [PrepareRun, RecordFacts, CancelSteps, FinishRun];

    /// <summary>The external event that asks a run to be cancelled.</summary>
    public const string CancelEvent = "cancel";

    /// <summary>The external event that asks that nothing new starts.</summary>
    public const string SuspendEvent = "suspend";

    /// <summary>The external event that asks a suspended run to go on.</summary>
    public const string ContinueEvent = "continue";

    /// <summary>Shows whether the process of a run answers. The run does not heed it.</summary>
    public const string ProbeEvent = "orchestrator:probe";
}
