using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Stops the engine, on request or because the journal is lost.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Maximum time that cancelled activities have for their last writes, such as the record of a paid response.</summary>
    private static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(10);

    public void ThrowIfStopped()
    {
        if (_lost is { } lost)
        {
            throw new JournalException(lost.Message, lost);
        }

        if (_isStopped)
        {
            throw Stopped();
        }
    }

    /// <summary>Starts no more activities, waits for running ones, cancels those that take too long, and records their results.</summary>
    /// <param name="abort">Ends the wait for running activities, whose token is then cancelled.</param>
    public async Task StopAsync(CancellationToken abort)
    {
        _isStopped = true;

        // Closed before activities are notified: from now on a cancelled activity is not recorded as a failure.
        var ended = Activities.CloseAsync();
        _onStopping?.Invoke();
        await _watching.CancelAsync().ConfigureAwait(false);
        await ended.WaitAsync(abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            await Activities.AbortAsync().ConfigureAwait(false);
            try
            {
                await ended.WaitAsync(FinalWriteTimeout, Time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _logger.ActivitiesRunning(Activities.Running);
            }
        }

        var live = _entries.Values.Select(entry => entry.Live).OfType<OrchestrationInstance>();
        await Task.WhenAll(live.Select(instance => instance.HaltAsync())).ConfigureAwait(false);
        await Task.WhenAll(_entries.Values.Select(entry => entry.EndWritten)).ConfigureAwait(false);
        foreach (var entry in _entries.Values)
        {
            entry.StopWaiting(Stopped());
        }
    }

    /// <summary>
    /// Halts all instances when the journal is lost, because another process may continue them. Results that are not durable are not published;
    /// running activities are cancelled, and their results are dropped.
    /// </summary>
    public async Task WatchJournalAsync()
    {
        JournalException lost;
        var watching = _watching.Token;
        try
        {
            lost = await Journal.Lost.WaitAsync(watching).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _lost = lost;
        _isStopped = true;
        _logger.JournalLost(lost, lost.Message);
        foreach (var entry in _entries.Values)
        {
            if (entry.Live is { } live)
            {
                entry.Refuse(lost);
                _ = live.HaltAsync();
            }
        }

        _ = Activities.CloseAsync();
        await Activities.AbortAsync().ConfigureAwait(false);
    }

    public static ObjectDisposedException Stopped() =>
        new("LocalDurableHost", "The host has stopped. Unfinished instances continue at its next start.");
}
