using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.Testing;

/// <summary>
/// The processor time of work on the calling thread. Bounds on it hold on a busy machine too: time in which other tests or processes have the
/// processors does not count. Thread-safe.
/// </summary>
public static partial class CpuTime
{
    /// <summary>CLOCK_THREAD_CPUTIME_ID on Linux.</summary>
    private const int ThreadClock = 3;

    /// <summary>Does the work and returns its processor time; on systems other than Linux, the elapsed time.</summary>
    /// <param name="work">Must do all of it on the calling thread: what other threads do is not counted.</param>
    public static TimeSpan Of(Action work)
    {
        var start = Now();
        work();
        return Now() - start;
    }

    private static TimeSpan Now()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Stopwatch.GetElapsedTime(0);
        }

        return ReadClock(ThreadClock, out var time) == 0
            ? new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick))
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ReadClock(int clock, out ClockTime time);

    /// <summary>timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ClockTime
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
