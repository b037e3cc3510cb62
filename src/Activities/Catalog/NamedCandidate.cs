namespace Orchestrator.Activities.Catalog;

/// <summary>One of several that have the same name.</summary>
/// <param name="App">Null for no app.</param>
public sealed record NamedCandidate(string? App, string Slug);
