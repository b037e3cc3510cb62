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

    public static int Of(RunStatus status) => status switch
    {
        RunStatus.Completed => Completed,
        RunStatus.Failed => RunFailed,
        RunStatus.Cancelled or RunStatus.TimedOut => Cancelled,
        _ => Internal,
    };
}
