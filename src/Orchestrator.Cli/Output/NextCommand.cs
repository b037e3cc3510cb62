using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>What can be done next with a run, as the command to type.</summary>
internal static class NextCommand
{
    /// <summary>The sentence; null when there is nothing to do, or nothing is kept.</summary>
    /// <param name="server">Who works on the runs that have not ended; null when nobody is known to.</param>
    /// <param name="isWorkedOn">False when no process can be working on it; true does not say on which run one works.</param>
    public static string? Of(string runId, RunStatus status, StateStorage where, Uri? server = null, bool? isWorkedOn = null) => status switch
    {
        _ when where.Kind == StorageKind.Memory => null,
        RunStatus.Completed => null,
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => $"To go on from what is done: {Line("resume", runId, where)}",
        RunStatus.Suspended => $"To let it go on: {Line("runs continue", runId, where)}",
        _ when server is not null => $"{server} works on it.",
        _ when isWorkedOn == false => $"To go on with it: {Line("resume", runId, where)}",
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
