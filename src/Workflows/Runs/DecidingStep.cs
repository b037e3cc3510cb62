namespace Orchestrator.Workflows.Runs;

/// <summary>The attempt of a step whose end decided that others are cancelled.</summary>
/// <param name="Step">Position in the plan.</param>
/// <param name="Attempt">The number of the attempt; 0: it failed without one, as when the queue is full.</param>
public sealed record DecidingStep(int Step, int Attempt);
