using System.Text.RegularExpressions;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>
/// Suggests the next command for a run. Suggested commands name the storage of this command, so that they work as they are printed.
/// </summary>
internal static partial class NextCommand
{
    /// <summary>The suggestion for a run.</summary>
    /// <param name="error">Why it failed; null when it did not.</param>
    /// <param name="driver">The process that drives it, as a phrase; null when none is known.</param>
    /// <param name="historyProblem">Why the run's history is of no use, so that only a fork can continue; null when it is of use.</param>
    /// <returns>Null when there is nothing to do, or the run is not kept.</returns>
    public static string? Of(
        string runId, RunStatus status, WorkflowError? error, StateStorage where, string? driver = null, string? historyProblem = null) =>
        status switch
        {
            _ when where.Kind == StorageKind.Memory => null,
            RunStatus.Completed => null,
            RunStatus.Failed when historyProblem is not null && error?.Kind == ErrorKind.BudgetExceeded =>
                $"Its history {historyProblem}. To go on from what is done in a new run, with a larger budget: "
                + $"{Line("resume", $"{runId} --fork", where)} --budget USD (or tokens=N)",
            _ when historyProblem is not null =>
                $"Its history {historyProblem}. To go on from what is done, in a new run: {Line("resume", $"{runId} --fork", where)}",
            RunStatus.Failed when error?.Kind == ErrorKind.BudgetExceeded =>
                $"To go on from what is done, with a larger budget: {Line("resume", runId, where)} --budget USD (or tokens=N)",
            RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => $"To go on from what is done: {Line("resume", runId, where)}",
            RunStatus.Suspended => $"To let it go on: {Line("runs continue", runId, where)}",
            _ when driver is not null => $"The {driver} works on it.",
            _ when where.Kind == StorageKind.Files => $"To go on with it: {Line("resume", runId, where)}",
            _ => $"If no process works on it any more, go on with it: {Line("resume", runId, where)}",
        };

    /// <summary>The suggestion for a run whose start was not written completely: its process has ended meanwhile, or is still writing.</summary>
    public static string OfUnwritten(string runId, RunStatus status, StateStorage where) => status switch
    {
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => "Nothing of it was started: start its workflow again.",
        _ => "Nothing of it was started yet. If its process has ended, start its workflow again; "
            + $"to end this run: {Line("runs cancel", runId, where)}",
    };

    /// <summary>
    /// Adds the storage to every command in quotes (<c>'orchestrator resume r1'</c>). Every printed text goes through here: most texts are written
    /// where the storage is unknown, such as errors, a server's answers and stored records.
    /// </summary>
    /// <param name="where">Null leaves the text as it is.</param>
    public static string Complete(string text, StateStorage? where) =>
        where is null ? text : QuotedCommand().Replace(text, command => $"{command.Value}{Option(where)}");

    private static string Line(string command, string runId, StateStorage where) => $"orchestrator {command} {runId}{Option(where)}";

    private static string Option(StateStorage where) => where switch
    {
        { Kind: StorageKind.Azure } => " --storage azure",
        { Kind: StorageKind.Memory } or { Folder: StateStorage.DefaultFolder } => "",
        _ when where.Folder.Any(char.IsWhiteSpace) => $" --state \"{where.Folder}\"",
        _ => $" --state {where.Folder}",
    };

    // Matches neither 'orchestrator --help' nor a command that names its storage already.
    [GeneratedRegex(@"(?<=')orchestrator [a-z](?:(?! --st(?:ate|orage) )[^'\n])*(?=')", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedCommand();
}
