namespace Orchestrator.LocalHost.Journal;

/// <summary>
/// Counts open history files. Above the budget a file is closed as soon as it has nothing to write, so that thousands of instances do not exhaust the
/// process's handles.
/// </summary>
internal sealed class OpenFileBudget(int budget)
{
    private int _open;

    public bool Exceeded => Volatile.Read(ref _open) > budget;

    public void Opened() => Interlocked.Increment(ref _open);

    public void Closed() => Interlocked.Decrement(ref _open);
}
