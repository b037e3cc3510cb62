namespace Orchestrator.Workflows.Definitions;

/// <summary><c>repeat</c> of a step: it has turns until its condition is true, and each turn sees the last output as <c>previous</c>.</summary>
/// <param name="Until">The expression that ends the turns; it may name the step's own output.</param>
/// <param name="Max">Maximum number of turns, 1 to <see cref="MostTurns"/>.</param>
public sealed record RepeatDefinition(string Until, int Max)
{
    public const int MostTurns = 100;
}
