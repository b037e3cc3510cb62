namespace Orchestrator.Conformance.Wire;

/// <summary>The worker process ended before it answered.</summary>
internal sealed class WorkerExitedException(int exitCode) : Exception($"dotnet exited with code {exitCode} (0x{exitCode:X})");
