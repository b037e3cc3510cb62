namespace Orchestrator.Functions.Application;

/// <summary>A process that drives a run.</summary>
/// <param name="Name">In words: <c>process 12 on host 'a' since …</c>.</param>
/// <param name="EndCommand">The command that ends it, in quotes.</param>
public sealed record DriverProcess(string Name, string EndCommand);
