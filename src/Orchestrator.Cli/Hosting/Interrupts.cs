using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Hosting;

/// <summary>The first Ctrl+C asks politely; the second one ends the process, which loses nothing that is durable.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly PosixSignalRegistration _registration;
    private int _count;

    public Interrupts(Func<Task> first)
    {
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            if (Interlocked.Increment(ref _count) == 1)
            {
                signal.Cancel = true;
                _ = first();
            }
        });
    }

    public void Dispose() => _registration.Dispose();
}
