using System.Collections.Concurrent;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Tests;

/// <summary>
/// Runs pumps on one thread with a stack of 1 MB, as in some hosts: recursion that grows with the work overflows it and ends the test run.
/// </summary>
internal sealed class SmallStackThread : IDisposable
{
    private readonly BlockingCollection<OrchestrationInstance> _queue = [];
    private readonly Thread _thread;

    public SmallStackThread()
    {
        _thread = new Thread(Run, maxStackSize: 1024 * 1024) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How often a pump ran.</summary>
    public int Runs { get; private set; }

    /// <summary>The bytes that the pumps allocated.</summary>
    public long AllocatedBytes { get; private set; }

    public void Schedule(OrchestrationInstance instance) => _queue.Add(instance);

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var instance in _queue.GetConsumingEnumerable())
        {
            Runs++;
            var before = GC.GetAllocatedBytesForCurrentThread();
            instance.Execute();
            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
