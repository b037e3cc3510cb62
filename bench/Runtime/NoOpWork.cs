namespace Orchestrator.Bench.Runtime;

/// <summary>What an orchestrator is to do: activity i answers i + 1, and the answers are added up.</summary>
/// <param name="Waits">True when it waits for an event at the end.</param>
internal sealed record NoOpWork(NoOpShape Shape, int Steps, bool Waits = false)
{
    public long Sum() => (long)Steps * (Steps + 1) / 2;

    public override string ToString() => $"{(Shape == NoOpShape.Chain ? "chain" : "fan-out")} of {Steps:N0}";
}
