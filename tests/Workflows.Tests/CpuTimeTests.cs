using System.Diagnostics;
using Orchestrator.Testing;

namespace Orchestrator.Workflows.Tests;

/// <summary>The measured processor time is real, so that bounds on it can fail.</summary>
public sealed class CpuTimeTests
{
    [Fact]
    public void Work_on_the_calling_thread_is_counted_and_never_more_than_elapses()
    {
        var start = Stopwatch.GetTimestamp();

        var taken = CpuTime.Of(() =>
        {
            for (var (iteration, hash) = (0, 17L); iteration < 20_000_000; iteration++)
            {
                hash = (hash * 31) + iteration;
            }
        });

        Assert.InRange(taken, TimeSpan.FromMilliseconds(1), Stopwatch.GetElapsedTime(start) + TimeSpan.FromMilliseconds(20));
    }
}
