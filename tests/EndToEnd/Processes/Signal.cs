namespace Orchestrator.EndToEnd.Processes;

/// <summary>POSIX signals by number.</summary>
internal enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}
