using Orchestrator.Storage.Files;

namespace Orchestrator.Storage.Tests.Files;

public sealed class KeyedLockTests
{
    private readonly KeyedLock _locks = new();

    [Fact]
    public async Task Acquire_held_key_waits_for_its_release()
    {
        var first = await _locks.AcquireAsync("k", CancellationToken.None);
        var second = _locks.AcquireAsync("k", CancellationToken.None);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
        Assert.Equal(0, _locks.Count);
    }

    [Fact]
    public async Task Acquire_other_key_does_not_wait()
    {
        using var first = await _locks.AcquireAsync("a", CancellationToken.None);
        using var second = await _locks.AcquireAsync("b", CancellationToken.None);

        Assert.Equal(2, _locks.Count);
    }

    [Fact]
    public async Task Acquire_cancelled_while_waiting_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        var first = await _locks.AcquireAsync("k", CancellationToken.None);
        var second = _locks.AcquireAsync("k", cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first.Dispose();
        Assert.Equal(0, _locks.Count);
    }
}
