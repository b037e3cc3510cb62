using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// What every start of the app does and no option changes. It begins on another thread, while the command reads its line, its definition and its
/// settings: the functions are found, then the JSON of what a run keeps is prepared. Thread-safe.
/// </summary>
internal static class StartAhead
{
    private static readonly Type[] Kept =
        [typeof(RunRecord), typeof(PreparedRun), typeof(RunEvent), typeof(StepCheckpoint), typeof(RunPlan), typeof(ExecuteStepInput)];

    /// <summary>On a thread of its own: the pool begins with one for each core, and a start would wait for one.</summary>
    private static readonly Task<FunctionCatalog> Functions = Task.Factory.StartNew(
        () => FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly),
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static readonly Task Json = Functions.ContinueWith(
        _ => PrepareJson(), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Begins; later calls do nothing.</summary>
    public static void Begin() => _ = Json;

    /// <summary>The functions of the app.</summary>
    public static Task<FunctionCatalog> FindFunctionsAsync() => Functions;

    private static void PrepareJson()
    {
        foreach (var type in Kept)
        {
            WorkflowJson.Compact.GetTypeInfo(type);
        }
    }
}
