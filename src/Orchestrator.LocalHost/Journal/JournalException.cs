namespace Orchestrator.LocalHost.Journal;

/// <summary>The journal cannot do what it must: the device failed, the folder is in use or not writable. The message names the remedy.</summary>
public class JournalException : Exception
{
    public JournalException()
    {
    }

    public JournalException(string message)
        : base(message)
    {
    }

    public JournalException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
