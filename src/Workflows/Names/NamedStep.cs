namespace Orchestrator.Workflows.Names;

/// <summary>What of a step gives names to values.</summary>
/// <param name="HasTransform">Whether there is also <c>{OutputKey}_transformed</c>.</param>
public readonly record struct NamedStep(string Id, string OutputKey, bool HasTransform);
