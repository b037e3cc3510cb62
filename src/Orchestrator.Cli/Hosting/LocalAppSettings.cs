using Orchestrator.Activities.Runs;
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
    /// Which unfinished runs go on when the app starts, unless another process drives them. None unless it is said: a command that was asked for one run
    /// goes on with that one, and others would spend money unseen.
    /// </summary>
    public Func<RunRecord, bool> Continues { get; init; } = static _ => false;

    public OrchestratorOptions Options { get; init; } = new();
}
