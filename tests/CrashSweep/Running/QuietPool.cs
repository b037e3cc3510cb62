using System.Diagnostics;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// Tells when nothing runs on the thread pool. With all writes and all time in the driver's hands, a quiet pool means that the process under test can
/// do nothing more by itself. Needs the process for itself: no other work may come to the pool meanwhile, but threads that stay busy all the time,
/// as a test runner's, do not matter.
/// </summary>
internal static class QuietPool
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Threads that are always busy, as far as they are known.</summary>
    private static int Others;

    private static int Busy
    {
        get
        {
            ThreadPool.GetMaxThreads(out var all, out _);
            ThreadPool.GetAvailableThreads(out var free, out _);
            return all - free;
        }
    }

    /// <summary>Blocks until the pool is quiet. Never called on a thread of the pool.</summary>
    public static void Wait()
    {
        var (began, completed) = (0L, 0L);
        for (var round = 0; ; round++)
        {
            var busy = Busy;
            Others = Math.Min(Others, busy);
            if (busy <= Others && ThreadPool.PendingWorkItemCount == 0 && Busy <= Others)
            {
                return;
            }

            if (round < 20)
            {
                Thread.SpinWait(20);
                continue;
            }

            Thread.Yield();
            if (began == 0 || completed != ThreadPool.CompletedWorkItemCount)
            {
                (began, completed) = (Stopwatch.GetTimestamp(), ThreadPool.CompletedWorkItemCount);
            }
            else if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                // Whatever has been busy for so long, and finished nothing, is not the process under test.
                Others = busy;
            }
        }
    }
}
