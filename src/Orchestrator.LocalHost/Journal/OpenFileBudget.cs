namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Counts open history files. Above the budget, files are closed after each flush, so that thousands of instances do not exhaust the process's file
/// handles. Thread-safe.
/// </summary>
internal sealed class OpenFileBudget(int budget)
{
    private int _open;

    public bool Exceeded => Volatile.Read(ref _open) > budget;

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);
}
