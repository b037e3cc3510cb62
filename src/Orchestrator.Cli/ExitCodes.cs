using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli;

/// <summary>The exit codes of the command.</summary>
internal static class ExitCodes
{
    /// <summary>The command did what was asked; a run completed.</summary>
    public const int Completed = 0;

    /// <summary>The run failed.</summary>
    public const int RunFailed = 1;

    /// <summary>The user can correct it: usage, definition, settings or key.</summary>
    public const int WrongUsage = 2;

    /// <summary>The run was cancelled or timed out.</summary>
    public const int Cancelled = 3;

    /// <summary>A fault of this program, which is in the log.</summary>
    public const int Internal = 4;

    /// <summary>Every code with its meaning, for the help. docs/command-line.md has the same sentences.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> Meanings { get; } =
    [
        ($"{Completed}", "done; of a run: it completed"),
        ($"{RunFailed}", "the run failed"),
        ($"{WrongUsage}", "wrong usage, definition, settings or key: change what the message names"),
        ($"{Cancelled}", "the run was cancelled or timed out"),
        ($"{Internal}", "a fault inside orchestrator; the message names the log"),
        ("128+N", "signal N ended the command at once, since another had come before it"),
    ];

    /// <summary>The exit code for a run in a final status.</summary>
    /// <param name="error">Why the run failed; null when it did not.</param>
    public static int Of(RunStatus status, WorkflowError? error = null) => status switch
    {
        RunStatus.Completed => Completed,

        // The definition is right and the caller's key is wrong.
        RunStatus.Failed when error?.Kind == ErrorKind.Authentication => WrongUsage,
        RunStatus.Failed => RunFailed,
        RunStatus.Cancelled or RunStatus.TimedOut => Cancelled,
        _ => Internal,
    };
}

/// <summary>A mistake that the user of the command can correct. It is printed as sentences without a stack trace; the exit code is 2.</summary>
internal sealed class UsageException(params IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>The sentences, one a line. Never empty.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
