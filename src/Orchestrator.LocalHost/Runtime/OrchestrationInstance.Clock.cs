using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The current time of an instance, which never decreases.</summary>
internal sealed partial class OrchestrationInstance
{
    /// <summary>
    /// The current time in UTC. It never decreases: after the clock was set back, it continues from the latest time in the history. Thread-safe.
    /// </summary>
    public DateTime UtcNow => _engine.Time.GetUtcNow().UtcDateTime + _clockOffset;

    /// <summary>Holds the steady clock: time continues from the wall clock or from the latest time in the history, whichever is later.</summary>
    private void HoldClock()
    {
        if (!_holdsClock && !IsOver)
        {
            _holdsClock = true;
            _engine.Time.Hold();
            var now = _engine.Time.GetUtcNow().UtcDateTime;
            _clockOffset = _lastTime > now ? _lastTime - now : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Releases the steady clock while the instance waits only for external events, perhaps for months, so that the host follows the wall clock.
    /// </summary>
    private void ReleaseIdleClock()
    {
        if (_pending.Count == 0 && _execution is { HasBegun: true, IsIdle: true })
        {
            ReleaseClock();
        }
    }

    private void ReleaseClock()
    {
        if (_holdsClock)
        {
            _holdsClock = false;
            _engine.Time.Release();
        }
    }

    private DateTime NextTimestamp()
    {
        var now = UtcNow;
        _lastTime = now > _lastTime ? now : _lastTime;
        return _lastTime;
    }

    /// <summary>Replaces the time of an event that lies before the last event or in the future, as a time of another process can.</summary>
    private HistoryEvent WithInstanceTime(HistoryEvent historyEvent)
    {
        var (time, now) = (historyEvent.Time, UtcNow);
        time = time > now ? now : time;
        _lastTime = time > _lastTime ? time : _lastTime;
        return historyEvent.Time == _lastTime ? historyEvent : historyEvent with { Time = _lastTime };
    }
}
