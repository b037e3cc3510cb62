namespace Orchestrator.EndToEnd.Kills;

/// <summary>What one round of a campaign came to.</summary>
/// <param name="Pauses">What came after each kill.</param>
/// <param name="Records">Records of attempts that were there at the last kill.</param>
/// <param name="Open">Accepted runs that had not ended at the last kill.</param>
/// <param name="Requests">What the model server was asked.</param>
/// <param name="Repeated">Those of the requests that came again because a kill came before an answer was recorded.</param>
internal sealed record KillRound(IReadOnlyList<KillMoment> Moments, IReadOnlyList<KillPause> Pauses, int Records, int Open, int Requests, int Repeated)
{
    /// <summary>Whether the last kill could both lose something accepted and repeat something finished.</summary>
    public bool IsFull => Records > 0 && Open > 0;

    /// <summary>What the last kill could show, in words.</summary>
    public string Shows => (Records, Open) switch
    {
        (0, _) => "nothing lost (no record yet)",
        (_, 0) => "nothing repeated (no run open)",
        _ => "nothing lost, nothing repeated",
    };
}
