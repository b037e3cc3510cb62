namespace Orchestrator.EndToEnd.Kills;

/// <summary>What one round of a campaign came to.</summary>
/// <param name="Runs">Runs that the server was asked for, each accepted at last.</param>
/// <param name="KillsAfterMs">When the server was killed, in milliseconds after the first request, or after its restart.</param>
/// <param name="Finished">Records of attempts that were there at the last kill.</param>
/// <param name="Open">Runs that had not ended at the first kill.</param>
internal sealed record KillRound(int Runs, IReadOnlyList<int> KillsAfterMs, int Finished, int Open);
