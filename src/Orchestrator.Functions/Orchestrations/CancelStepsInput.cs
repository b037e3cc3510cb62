namespace Orchestrator.Functions.Orchestrations;

/// <summary>Asks the executing steps of a run to end.</summary>
/// <param name="Reason">What they record as the reason.</param>
public sealed record CancelStepsInput(string RunId, int RunAttempt, string Reason);
