namespace Orchestrator.EndToEnd.Kills;

/// <summary>The result of one round of a campaign.</summary>
/// <param name="Pauses">The pause after each kill.</param>
/// <param name="Records">Records of attempts at the last kill.</param>
/// <param name="Open">Accepted runs that had not ended at the last kill.</param>
/// <param name="Requests">The requests to the model server.</param>
/// <param name="Repeated">The requests that were repeated because of a kill before the answer was recorded.</param>
internal sealed record KillRound(
    IReadOnlyList<KillMoment> Moments, IReadOnlyList<KillPause> Pauses, int Records, int Open, int Requests, int Repeated)
{
    /// <summary>Whether the last kill could both lose something accepted and repeat something finished.</summary>
    public bool IsFull => Records > 0 && Open > 0;

    /// <summary>What the last kill could show, as text.</summary>
    public string Shows => (Records, Open) switch
    {
        (0, _) => "nothing lost (no record yet)",
        (_, 0) => "nothing repeated (no run open)",
        _ => "nothing lost, nothing repeated",
    };
}
