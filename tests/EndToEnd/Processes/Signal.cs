namespace Orchestrator.EndToEnd.Processes;

/// <summary>POSIX signals by number.</summary>
internal enum Signal
{
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}
