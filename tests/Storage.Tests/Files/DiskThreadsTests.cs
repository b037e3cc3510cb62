using Orchestrator.Storage.Files;

namespace Orchestrator.Storage.Tests.Files;

public sealed class DiskThreadsTests
{
    [Fact]
    public async Task Work_runs_on_a_disk_thread_and_what_awaits_it_on_the_pool()
    {
        var awaited = new TaskCompletionSource();
        var threads = ThreadsAsync(DiskThreads.RunAsync(() => Wait(awaited)));
        awaited.SetResult();
        var (thread, next) = await threads;

        Assert.StartsWith("disk ", thread.Name, StringComparison.Ordinal);
        Assert.True(next.IsThreadPoolThread);
    }

    /// <summary>Activities may block every thread of the pool; a record must be durable all the same before the process is killed.</summary>
    [Fact]
    public async Task Next_commit_of_a_log_begins_on_the_disk_thread_that_ended_the_one_before()
    {
        var (begun, second) = (new List<Thread>(), new TaskCompletionSource());
        var group = new GroupCommit<string>((_, _, _) =>
        {
            begun.Add(Thread.CurrentThread);
            return DiskThreads.RunAndContinueAsync(() =>
            {
                second.Task.Wait();
                return 0L;
            });
        });

        var first = group.AddAsync("k", new byte[1]);
        var next = group.AddAsync("k", new byte[1]);
        second.SetResult();
        await Task.WhenAll(first, next);

        Assert.Equal(2, begun.Count);
        Assert.StartsWith("disk ", begun[1].Name, StringComparison.Ordinal);
    }

    /// <summary>A caller of an append runs on the pool: it may block, which the disk threads must not.</summary>
    [Fact]
    public async Task Append_continues_on_the_pool()
    {
        var awaited = new TaskCompletionSource();
        var group = new GroupCommit<string>((_, _, _) => DiskThreads.RunAndContinueAsync(() => (long)Wait(awaited).ManagedThreadId));
        var threads = ThreadsAsync(group.AddAsync("k", new byte[1]));
        awaited.SetResult();
        var (_, next) = await threads;

        Assert.True(next.IsThreadPoolThread);
    }

    private static Thread Wait(TaskCompletionSource awaited)
    {
        awaited.Task.Wait();
        return Thread.CurrentThread;
    }

    /// <summary>What the task gives, and the thread on which the code after it continues.</summary>
    private static async Task<(T Result, Thread Next)> ThreadsAsync<T>(Task<T> task) => (await task.ConfigureAwait(false), Thread.CurrentThread);
}
