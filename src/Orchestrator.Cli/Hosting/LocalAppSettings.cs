using Orchestrator.Functions;

namespace Orchestrator.Cli.Hosting;

/// <summary>How the local app is to be started.</summary>
internal sealed record LocalAppSettings(StateStorage Storage)
{
    /// <summary>A folder with prompts for runs that bring none; null for none.</summary>
    public string? Prompts { get; init; }

    /// <summary>Whether the host's log is printed.</summary>
    public bool Verbose { get; init; }

    /// <summary>
    /// Which instances of the storage are known and go on; null: all. A command that was asked for one run names that one's only: others would
    /// spend money unseen.
    /// </summary>
    public Func<string, bool>? Recovers { get; init; } = static _ => false;

    /// <summary>Only the instances of this run.</summary>
    public static Func<string, bool> InstancesOf(string runId) =>
        instance => instance == runId || instance.StartsWith(runId + ".", StringComparison.Ordinal);

    public OrchestratorOptions Options { get; init; } = new();
}
