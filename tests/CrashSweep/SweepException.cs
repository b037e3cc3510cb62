namespace Orchestrator.CrashSweep;

/// <summary>A run of the sweep did not come to an end that could be looked at.</summary>
public sealed class SweepException : Exception
{
    public SweepException()
    {
    }

    public SweepException(string message)
        : base(message)
    {
    }

    public SweepException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
