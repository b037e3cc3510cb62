namespace Orchestrator.Activities.Catalog;

/// <summary>A record as it was at one moment.</summary>
/// <param name="ETag">Names this state of it, for <see cref="WriteCondition"/>.</param>
public sealed record Stored<T>(T Record, string ETag)
    where T : NamedRecord;
