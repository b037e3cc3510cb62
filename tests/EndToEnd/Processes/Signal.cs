namespace Orchestrator.EndToEnd.Processes;

/// <summary>POSIX signals by number.</summary>
internal enum Signal
{
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,

    /// <summary>Lets a stopped process go on (the number on Linux).</summary>
    Continue = 18,

    /// <summary>Stops a process: it keeps its locks and answers nothing (the number on Linux).</summary>
    Stop = 19,
}
