using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP: each asks a command to stop. A command handles a fixed number of these requests; the next one ends the process with
/// exit code 128 + the signal's number, which loses nothing that is durable. Created before anything is written or started, so that every signal is handled.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource[] _requests;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly SignalCount _signals = new(TimeProvider.System);
    private volatile bool _isTerminalGone;

    /// <param name="handled">How many requests the command handles: 1, or 2 if the second one makes it abort what is in flight.</param>
    public Interrupts(int handled = 1)
    {
        _requests = [.. Enumerable.Range(0, handled).Select(_ => new CancellationTokenSource())];
        _registrations =
            [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Fires at the first request.</summary>
    public CancellationToken Asked => _requests[0].Token;

    /// <summary>Fires at the last request that the command handles.</summary>
    public CancellationToken AskedAgain => _requests[^1].Token;

    /// <summary>Completes at the first request.</summary>
    public async Task WaitAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = Asked.Register(asked.SetResult);
        await asked.Task;
    }

    /// <summary>Writes to the terminal. When that is gone, nothing is written, and the command stops in order all the same.</summary>
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
            // SIGHUP alone does not show this: the output may be a file.
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

        foreach (var request in _requests)
        {
            request.Dispose();
        }
    }

    private void Handle(PosixSignalContext signal)
    {
        var request = _signals.Next();
        signal.Cancel = request is null || request <= _requests.Length;
        if (request <= _requests.Length)
        {
            // Not on this thread, which the next signal may need.
            _ = _requests[request.Value - 1].CancelAsync();
        }
    }
}
