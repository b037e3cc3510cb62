namespace Orchestrator.EndToEnd.Kills;

/// <summary>A kill lost something, or did something twice.</summary>
internal sealed class KillException(string message) : Exception(message);
