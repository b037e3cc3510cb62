namespace Orchestrator.Testing.Rules;

/// <summary>A law was broken.</summary>
public sealed class RulesException : Exception
{
    public RulesException()
    {
    }

    public RulesException(string message)
        : base(message)
    {
    }

    public RulesException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
