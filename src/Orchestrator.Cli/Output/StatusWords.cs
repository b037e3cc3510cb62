using System.Text.Json;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>States and kinds of errors in words.</summary>
internal static class StatusWords
{
    public static string Of(RunStatus status) => status == RunStatus.TimedOut ? "timed out" : status.ToString().ToLowerInvariant();

    /// <summary>As it is written everywhere: <c>rateLimited</c>.</summary>
    public static string Of(ErrorKind kind) => JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());
}
