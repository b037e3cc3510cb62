namespace Orchestrator.Functions.Orchestrations;

/// <summary>The names of orchestrators, activities and events in histories: changing one breaks runs that are under way.</summary>
public static class FunctionNames
{
    /// <summary>The orchestrator of one attempt of a run.</summary>
    public const string WorkflowRun = "WorkflowRun";

    /// <summary>The activity that marks the run as running and returns its plan.</summary>
    public const string PrepareRun = "PrepareRun";

    /// <summary>The activity that executes one attempt of a step.</summary>
    public const string ExecuteStep = "ExecuteStep";

    /// <summary>The activity that records decisions of the scheduler which no step carries.</summary>
    public const string RecordFacts = "RecordFacts";

    /// <summary>The activity that cancels the steps that execute.</summary>
    public const string CancelSteps = "CancelSteps";

    /// <summary>The activity that records the end of the run.</summary>
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
