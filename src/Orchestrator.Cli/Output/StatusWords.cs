using System.Text.Json;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>States and kinds of errors in words.</summary>
internal static class StatusWords
{
    public static string Of(RunStatus status) => status == RunStatus.TimedOut ? "timed out" : status.ToString().ToLowerInvariant();

    /// <summary>Whether a run that has not ended has lost its process.</summary>
    /// <param name="isDriven">Whether a process drives it; null where that cannot be told.</param>
    public static bool IsInterrupted(RunStatus status, bool? isDriven) => isDriven == false && status is (RunStatus.Pending or RunStatus.Running);

    /// <summary>As it is written everywhere: <c>rateLimited</c>.</summary>
    public static string Of(ErrorKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
