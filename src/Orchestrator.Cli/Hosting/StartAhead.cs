using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// What every start of the app does and no option changes. It begins on another thread, while the command reads its definition and its settings: the
/// functions are found, then the JSON of what a run keeps is prepared. Thread-safe.
/// </summary>
internal static class StartAhead
{
    private static readonly Type[] Kept =
        [typeof(RunRecord), typeof(PreparedRun), typeof(RunEvent), typeof(StepCheckpoint), typeof(RunPlan), typeof(ExecuteStepInput)];

    private static readonly Task<FunctionCatalog> Functions = Task.Run(() => FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly));

    /// <summary>Begins; later calls do nothing.</summary>
    public static void Begin() => _ = PrepareJsonAsync();

    /// <summary>The functions of the app.</summary>
    public static Task<FunctionCatalog> FindFunctionsAsync() => Functions;

    private static async Task PrepareJsonAsync()
    {
        await ((Task)Functions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var type in Kept)
        {
            WorkflowJson.Compact.GetTypeInfo(type);
        }
    }
}
