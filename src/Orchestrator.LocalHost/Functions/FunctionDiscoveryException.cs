namespace Orchestrator.LocalHost.Functions;

/// <summary>The functions cannot be run as they are written. The message lists all mistakes, each with its class, method and parameter.</summary>
public sealed class FunctionDiscoveryException : Exception
{
    public FunctionDiscoveryException()
    {
    }

    public FunctionDiscoveryException(string message)
        : base(message)
    {
    }

    public FunctionDiscoveryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal FunctionDiscoveryException(IReadOnlyList<string> mistakes)
        : base($"{mistakes.Count} {(mistakes.Count == 1 ? "mistake" : "mistakes")} in the functions:{Environment.NewLine}"
            + string.Join(Environment.NewLine, mistakes.Select(mistake => "  " + mistake))) => Mistakes = mistakes;

    /// <summary>One sentence each; empty when the exception was made from a message alone.</summary>
    public IReadOnlyList<string> Mistakes { get; } = [];
}
