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

    /// <summary>The short activities that execute no step: on LocalHost they do not queue behind the steps.</summary>
    public static IReadOnlyList<string> Steering { get; } = [PrepareRun, RecordFacts, CancelSteps, FinishRun];

    /// <summary>The external event that asks a run to be cancelled.</summary>
    public const string CancelEvent = "cancel";

    /// <summary>The external event that asks a run to start no further steps.</summary>
    public const string SuspendEvent = "suspend";

    /// <summary>The external event that asks a suspended run to go on.</summary>
    public const string ContinueEvent = "continue";

    /// <summary>The external event that tests whether the process of a run responds. The orchestrator does not wait for it.</summary>
    public const string ProbeEvent = "orchestrator:probe";
}
