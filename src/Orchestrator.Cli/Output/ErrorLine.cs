using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>The message of an error on one line: what a server wrote must not look like lines of ours.</summary>
internal static class ErrorLine
{
    public static string? Of(WorkflowError? error) => error?.Message.ReplaceLineEndings(" ");
}
