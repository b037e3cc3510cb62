using System.Text.RegularExpressions;
using Orchestrator.Cli.Hosting;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>What can be done next, as a command that works as it is printed: it names the storage that this command was given.</summary>
internal static partial class NextCommand
{
    /// <summary>The sentence; null when there is nothing to do, or nothing is kept.</summary>
    /// <param name="error">Why it failed, if it did.</param>
    /// <param name="driver">The process that drives it, in words; null when none is known to.</param>
    /// <param name="historyIsGone">Whether only a new run can go on from what is done, since the history of the run is gone.</param>
    public static string? Of(string runId, RunStatus status, WorkflowError? error, StateStorage where, string? driver = null, bool historyIsGone = false) => status switch
    {
        _ when where.Kind == StorageKind.Memory => null,
        RunStatus.Completed => null,
        RunStatus.Failed when historyIsGone && error?.Kind == ErrorKind.BudgetExceeded =>
            $"To go on from what is done in a new run, with a larger budget: {Line("resume", $"{runId} --fork", where)} --budget USD (or tokens=N)",
        _ when historyIsGone => $"To go on from what is done, in a new run: {Line("resume", $"{runId} --fork", where)}",
        RunStatus.Failed when error?.Kind == ErrorKind.BudgetExceeded =>
            $"To go on from what is done, with a larger budget: {Line("resume", runId, where)} --budget USD (or tokens=N)",
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => $"To go on from what is done: {Line("resume", runId, where)}",
        RunStatus.Suspended => $"To let it go on: {Line("runs continue", runId, where)}",
        _ when driver is not null => $"The {driver} works on it.",
        _ when where.Kind == StorageKind.Files => $"To go on with it: {Line("resume", runId, where)}",
        _ => $"If no process works on it any more, go on with it: {Line("resume", runId, where)}",
    };

    /// <summary>The same for a run whose process ended while it wrote the run down, or is writing it.</summary>
    public static string OfUnwritten(string runId, RunStatus status, StateStorage where) => status switch
    {
        RunStatus.Failed or RunStatus.Cancelled or RunStatus.TimedOut => "Nothing of it was started: start its workflow again.",
        _ => $"Nothing of it was started yet. If its process has ended, start its workflow again; to end this run: {Line("runs cancel", runId, where)}",
    };

    /// <summary>
    /// The text, in which every command in quotes (<c>'orchestrator resume r1'</c>) names the storage. Everything that is said to a user goes through here, since
    /// most of it is written where the storage is not known: in refusals, in answers of a server, in records.
    /// </summary>
    public static string Complete(string text, StateStorage? where) => where is null ? text : Quoted().Replace(text, command => $"{command.Value}{Option(where)}");

    private static string Line(string command, string runId, StateStorage where) => $"orchestrator {command} {runId}{Option(where)}";

    private static string Option(StateStorage where) => where switch
    {
        { Kind: StorageKind.Azure } => " --storage azure",
        { Kind: StorageKind.Memory } or { Folder: StateStorage.DefaultFolder } => "",
        _ when where.Folder.Any(char.IsWhiteSpace) => $" --state \"{where.Folder}\"",
        _ => $" --state {where.Folder}",
    };

    // Neither 'orchestrator --help' nor a command that names its storage already.
    [GeneratedRegex(@"(?<=')orchestrator [a-z](?:(?! --st(?:ate|orage) )[^'\n])*(?=')", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
