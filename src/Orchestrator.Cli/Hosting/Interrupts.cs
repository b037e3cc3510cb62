using System.Runtime.InteropServices;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// Turns Ctrl+C (SIGINT), SIGTERM and SIGHUP into requests to stop. A command handles a fixed number of them; the next signal ends the process at
/// once with exit code 128 + its number, which loses nothing that is durable. Create it before anything is written or started. Thread-safe.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource[] _requests;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly SignalCount _signals = new(TimeProvider.System);
    private volatile bool _isTerminalClosed;

    /// <param name="handled">How many requests the command handles: 1, the default, or 2 if the second one makes it abort what is in flight.</param>
    public Interrupts(int handled = 1)
    {
        _requests = [.. Enumerable.Range(0, handled).Select(_ => new CancellationTokenSource())];
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Fires at the first request.</summary>
    public CancellationToken StopRequested => _requests[0].Token;

    /// <summary>Fires at the last request that the command handles.</summary>
    public CancellationToken AbortRequested => _requests[^1].Token;

    /// <summary>Completes at the first request.</summary>
    public async Task WaitAsync()
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = StopRequested.Register(requested.SetResult);
        await requested.Task;
    }

    /// <summary>Writes to the terminal, or does nothing when it was closed: the command must still stop in order.</summary>
    public void Write(Action write)
    {
        if (_isTerminalClosed)
        {
            return;
        }

        try
        {
            write();
        }
        catch (IOException)
        {
            // SIGHUP alone does not tell that the output is closed: it may be a file.
            _isTerminalClosed = true;
        }
    }

    /// <summary>Runs a command that signals may cancel.</summary>
    /// <returns>The command's exit code; <see cref="ExitCodes.Cancelled"/> when it was cancelled before a run was recorded.</returns>
    public static async Task<int> RunAsync(Func<Interrupts, Task<int>> command, TextWriter error)
    {
        using var interrupts = new Interrupts();
        try
        {
            return await command(interrupts);
        }
        catch (OperationCanceledException) when (interrupts.StopRequested.IsCancellationRequested)
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
            // Callbacks must not block this thread: the next signal needs it.
            _ = _requests[request.Value - 1].CancelAsync();
        }
    }
}

/// <summary>
/// Counts requests to stop. A signal within half a second after a counted one repeats it: <c>timeout</c> and wrappers send a signal to the process
/// and to its group. Thread-safe.
/// </summary>
internal sealed class SignalCount(TimeProvider time)
{
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private long _last;
    private int _count;

    /// <summary>Counts a signal.</summary>
    /// <returns>The number of the request, from 1; null when the signal repeats the last request.</returns>
    public int? Next()
    {
        lock (_gate)
        {
            if (_count > 0 && time.GetElapsedTime(_last) < RepeatWindow)
            {
                return null;
            }

            _last = time.GetTimestamp();
            return ++_count;
        }
    }
}
