namespace Orchestrator.EndToEnd.Kills;

/// <summary>The state after a server was killed.</summary>
/// <param name="Runs">By id.</param>
/// <param name="Asked">How often the model server was asked each prompt. A request that the kill caught on its way may be missing.</param>
/// <param name="Open">Accepted runs that had not ended.</param>
internal sealed record KillSnapshot(IReadOnlyDictionary<string, RunState> Runs, IReadOnlyDictionary<string, int> Asked, int Open)
{
    public int Records => Runs.Values.Sum(run => run.Records.Count);

    public bool Has(KillRun run, string record) => Runs[run.Id].Records.ContainsKey(record);
}
