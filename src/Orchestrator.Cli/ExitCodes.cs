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
