using Orchestrator.Functions;

namespace Orchestrator.Cli.Hosting;

/// <summary>How the local app is to be started.</summary>
internal sealed record LocalAppSettings(StateStorage Storage)
{
    /// <summary>A folder with prompts for runs that bring none; null for none.</summary>
    public string? Prompts { get; init; }

    /// <summary>Whether the host's log is printed.</summary>
    public bool Verbose { get; init; }

    /// <summary>Whether unfinished runs of the storage go on. False for a command that was asked for one run: others would spend money unseen.</summary>
    public bool RecoversRuns { get; init; }

    public OrchestratorOptions Options { get; init; } = new();
}
