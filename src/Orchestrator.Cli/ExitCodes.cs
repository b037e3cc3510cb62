using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli;

/// <summary>What the command tells its caller (API.md).</summary>
internal static class ExitCodes
{
    public const int Completed = 0;
    public const int RunFailed = 1;
    public const int WrongUsage = 2;
    public const int Cancelled = 3;
    public const int Internal = 4;

    /// <summary>Every code and what it says, for the help; docs/command-line.md has the same sentences.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> Meanings { get; } =
    [
        ($"{Completed}", "done; of a run: it completed"),
        ($"{RunFailed}", "the run failed"),
        ($"{WrongUsage}", "wrong usage, definition, settings or key: change what the message names"),
        ($"{Cancelled}", "the run was cancelled or timed out"),
        ($"{Internal}", "a fault inside orchestrator; the message names the log"),
        ("128+N", "signal N ended the command at once, since another had come before it"),
    ];

    /// <param name="error">Why the run failed; null when it did not.</param>
    public static int Of(RunStatus status, WorkflowError? error = null) => status switch
    {
        RunStatus.Completed => Completed,

        // The workflow is sound: who called us has to mend the configuration.
        RunStatus.Failed when error?.Kind == ErrorKind.Authentication => WrongUsage,
        RunStatus.Failed => RunFailed,
        RunStatus.Cancelled or RunStatus.TimedOut => Cancelled,
        _ => Internal,
    };
}
