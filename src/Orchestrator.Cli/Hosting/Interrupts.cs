using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP: each asks a foreground command to cancel its run. The second signal ends the process, which
/// loses nothing that is durable. Created before anything is written, so that a signal always cancels the run.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly SignalCount _signals = new(TimeProvider.System);
    private volatile bool _isTerminalGone;

    private Interrupts() => _registrations =
        [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    /// <summary>Fires at the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>Writes to the terminal. When that is gone, nothing is written, and the run is cancelled all the same.</summary>
    public void Write(Action write)
    {
        if (_isTerminalGone)
        {
            return;
        }

        try
        {
            write();
        }
        catch (IOException)
        {
            // The terminal has gone before SIGHUP arrived.
            _isTerminalGone = true;
        }
    }

    /// <summary>Runs a command that signals may cancel.</summary>
    /// <returns>The command's exit code; that of a cancelled run when it was withdrawn before there was one.</returns>
    public static async Task<int> WatchAsync(Func<Interrupts, Task<int>> command, TextWriter error)
    {
        using var interrupts = new Interrupts();
        try
        {
            return await command(interrupts);
        }
        catch (OperationCanceledException) when (interrupts.Asked.IsCancellationRequested)
        {
            interrupts.Write(() => error.WriteLine("Cancelled before anything was recorded or started."));
            return ExitCodes.Cancelled;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _asked.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        _isTerminalGone |= signal.Signal == PosixSignal.SIGHUP;
        switch (_signals.Next())
        {
            case null:
                signal.Cancel = true;
                break;
            case 1:
                signal.Cancel = true;
                _asked.Cancel();
                break;
            default:
                break;
        }
    }
}
