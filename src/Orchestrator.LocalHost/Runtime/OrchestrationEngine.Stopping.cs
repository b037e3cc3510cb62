using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The end of the engine: on request, or because the journal is lost.</summary>
internal sealed partial class OrchestrationEngine
{
    /// <summary>Maximum time that activities have for their last writes after they were told to end, such as the record of a paid answer.</summary>
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

    /// <summary>Starts nothing more, lets running activities end, tells those that take too long to end, and records what they return.</summary>
    /// <param name="abort">Ends the wait for running activities: then their token fires.</param>
    public async Task StopAsync(CancellationToken abort)
    {
        _isStopped = true;

        // Closed before activities are told: from here on a cancelled activity is one that the stop has cancelled, and no failure.
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

        await Task.WhenAll(_entries.Values.Select(entry => entry.Live).OfType<OrchestrationInstance>().Select(instance => instance.HaltAsync())).ConfigureAwait(false);
        await Task.WhenAll(_entries.Values.Select(entry => entry.Rested)).ConfigureAwait(false);
        foreach (var entry in _entries.Values)
        {
            entry.StopWaiting(Stopped());
        }
    }

    /// <summary>
    /// When the journal is lost, another process may go on with the instances: here they stand still at once. What they had asked for and was not
    /// visible yet is not shown; activities are told to stop, and what they return is dropped.
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

    private static ObjectDisposedException Stopped() => new("LocalDurableHost", "The host has stopped. Unfinished instances go on at its next start.");
}
