using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// How many steps may execute at one time. Adaptive, it is halved when a provider refuses a call for its rate, and grows by one for every round of
/// completed steps, from 1 to <see cref="Most"/>: additive increase and multiplicative decrease, as in TCP. Not thread-safe.
/// </summary>
public sealed class AdaptiveSlots(int first, bool adaptive)
{
    /// <summary>Adaptive slots never become more.</summary>
    public const int Most = 50;

    private double _slots = first;
    private DateTimeOffset _halvedAt = DateTimeOffset.MinValue;

    public int Count => (int)_slots;

    public void Learn(DateTimeOffset at, StepOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (!adaptive)
        {
            return;
        }

        if (outcome.Status == StepStatus.Completed)
        {
            _slots = Math.Max(_slots, Math.Min(Most, _slots + (1 / _slots)));
        }
        else if (outcome.Error?.Kind == ErrorKind.RateLimited && outcome.StartedAt >= _halvedAt)
        {
            // What was started before the last halving says nothing about the slots since.
            _slots = Math.Max(1, _slots / 2);
            _halvedAt = at;
        }
    }
}
