using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Hosting;

/// <summary>Waits for Ctrl+C or SIGTERM. A second signal aborts the steps in flight; a third one ends the process at once.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _again = new();
    private readonly SignalCount _signals = new(TimeProvider.System);
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    /// <summary>Fires at the second signal.</summary>
    public CancellationToken Again => _again.Token;

    public Task WaitAsync() => _asked.Task;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _again.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        switch (_signals.Next())
        {
            case null:
                signal.Cancel = true;
                break;
            case 1:
                signal.Cancel = true;
                _asked.SetResult();
                break;
            case 2:
                signal.Cancel = true;
                _ = _again.CancelAsync();
                break;
            default:
                break;
        }
    }
}
