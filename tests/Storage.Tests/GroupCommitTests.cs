namespace Orchestrator.Storage.Tests;

public sealed class GroupCommitTests
{
    private readonly List<int> _batches = [];
    private readonly List<bool> _flushes = [];
    private readonly Queue<TaskCompletionSource<long>> _commits = new();

    [Fact]
    public async Task Add_while_a_commit_is_under_way_shares_the_next_one()
    {
        var group = new GroupCommit<string>(Hold);

        var first = group.AddAsync("k", new byte[3]);
        var second = group.AddAsync("k", new byte[4]);
        var third = group.AddAsync("k", new byte[5]);
        Assert.Equal([1], _batches);
        Complete(commit => commit.SetResult(100));
        Assert.Equal(103, await first);

        Assert.Equal([1, 2], _batches);
        Complete(commit => commit.SetResult(103));
        Assert.Equal(107, await second);
        Assert.Equal(112, await third);
        Assert.Equal(0, group.Count);
    }

    [Fact]
    public async Task Add_other_key_does_not_wait()
    {
        var group = new GroupCommit<string>(Hold);

        _ = group.AddAsync("a", new byte[1]);
        var other = group.AddAsync("b", new byte[1]);
        _commits.Last().SetResult(0);

        Assert.Equal(1, await other);
    }

    [Fact]
    public async Task Failed_commit_fails_its_members_and_no_later_one()
    {
        var group = new GroupCommit<string>(Hold);

        var first = group.AddAsync("k", new byte[1]);
        var second = group.AddAsync("k", new byte[1]);
        Complete(commit => commit.SetException(new IOException("broken")));
        await Assert.ThrowsAsync<IOException>(() => first);
        Complete(commit => commit.SetResult(0));

        Assert.Equal(1, await second);
        Assert.Equal(0, group.Count);
    }

    [Fact]
    public async Task Batch_takes_no_more_than_the_bound_in_order_and_an_oversized_member_goes_alone()
    {
        var group = new GroupCommit<string>(Hold, maxBytes: 8);

        int[] lengths = [1, 3, 5, 1, 9, 2];
        var added = Array.ConvertAll(lengths, length => group.AddAsync("k", new byte[length]));
        while (_commits.Count > 0)
        {
            Complete(commit => commit.SetResult(0));
        }

        // The first found no commit under way; 3 and 5 are the bound exactly.
        Assert.Equal([1, 2, 1, 1, 1], _batches);
        var positions = await Task.WhenAll(added);
        Assert.Equal([1, 3, 8, 1, 9, 2], positions);
    }

    [Fact]
    public async Task Batch_is_flushed_when_one_of_its_members_asks_for_it()
    {
        var group = new GroupCommit<string>(Hold);

        bool[] asked = [false, false, true, false];
        var added = Array.ConvertAll(asked, flush => group.AddAsync("k", new byte[1], flush));
        Complete(commit => commit.SetResult(0));
        Complete(commit => commit.SetResult(1));
        await Task.WhenAll(added);
        _ = group.AddAsync("k", new byte[1], flush: false);

        Assert.Equal([false, true, false], _flushes);
    }

    private Task<long> Hold(string key, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool flush)
    {
        _batches.Add(parts.Count);
        _flushes.Add(flush);

        var commit = new TaskCompletionSource<long>();
        _commits.Enqueue(commit);
        return commit.Task;
    }

    /// <summary>
    /// Ends the oldest commit. The next one has begun when this returns: without a synchronization context, continuations run at once.
    /// </summary>
    private void Complete(Action<TaskCompletionSource<long>> end)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            end(_commits.Dequeue());
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
