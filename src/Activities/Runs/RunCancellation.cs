namespace Orchestrator.Activities.Runs;

/// <summary>Whether, and why, the executing steps of one attempt of a run are to end. Thread-safe.</summary>
public sealed class RunCancellation : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Never fires: for steps that run however the run ends.</summary>
    public static RunCancellation Never { get; } = new();

    public CancellationToken Token => _source.Token;

    /// <summary>Why; null until <see cref="Token"/> has fired.</summary>
    public string? Reason { get; private set; }

    internal Task FireAsync(string reason)
    {
        Reason ??= reason;
        return _source.CancelAsync();
    }

    public void Dispose() => _source.Dispose();
}
