namespace Orchestrator.Activities.Preparation;

/// <summary>How long the host lets one activity run before it ends it: <c>functionTimeout</c> on the Functions host.</summary>
/// <param name="Limit">Null: as long as it takes.</param>
public sealed record ActivityTimeLimit(TimeSpan? Limit)
{
    public static ActivityTimeLimit None { get; } = new((TimeSpan?)null);
}
