namespace Orchestrator.Cli;

/// <summary>The command cannot do what was asked for a reason its user can mend: shown as sentences, without a stack trace, exit code 2.</summary>
internal sealed class UsageException(params IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    public IReadOnlyList<string> Lines { get; } = lines;
}
