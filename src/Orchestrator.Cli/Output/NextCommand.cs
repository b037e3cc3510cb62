using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>What can be done next with a run, as the command to type.</summary>
internal static class NextCommand
{
    /// <summary>The sentence; null when there is nothing to do, or nothing is kept.</summary>
    /// <param name="error">Why it failed, if it did.</param>
    /// <param name="driver">The process that drives it, in words; null when none is known to.</param>
    public static string? Of(string runId, RunStatus status, WorkflowError? error, StateStorage where, string? driver = null) => status switch
    {
        _ when where.Kind == StorageKind.Memory => null,
        RunStatus.Completed => null,
        RunStatus.Failed when error?.Kind == ErrorKind.BudgetExceeded =>
            $"To go on from what is done, with a larger budget: {Line("resume", runId, where)} --budget USD (or tokens=N)",
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => $"To go on from what is done: {Line("resume", runId, where)}",
        RunStatus.Suspended => $"To let it go on: {Line("runs continue", runId, where)}",
        _ when driver is not null => $"The {driver} works on it.",
        _ when where.Kind == StorageKind.Files => $"To go on with it: {Line("resume", runId, where)}",
        _ => $"If no process works on it any more, go on with it: {Line("resume", runId, where)}",
    };

    private static string Line(string command, string runId, StateStorage where) =>
        $"orchestrator {command} {runId}{(where.Kind == StorageKind.Azure ? " --storage azure" : State(where.Folder))}";

    private static string State(string folder) => folder switch
    {
        StateStorage.DefaultFolder => "",
        _ when folder.Any(char.IsWhiteSpace) => $" --state \"{folder}\"",
        _ => $" --state {folder}",
    };
}
