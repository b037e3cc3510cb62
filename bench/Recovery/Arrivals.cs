namespace Orchestrator.Bench.Recovery;

/// <summary>Counts instances that have come to where they wait. Thread safe.</summary>
internal sealed class Arrivals
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;

    public Arrivals(int expected)
    {
        _missing = expected;
        if (expected == 0)
        {
            _all.SetResult();
        }
    }

    public Task All => _all.Task;

    public void Add()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _all.SetResult();
        }
    }
}
