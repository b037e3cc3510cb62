using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// How many steps may execute at one time: a fixed number, or one that follows the provider by additive increase and multiplicative decrease, as in
/// TCP. It is halved when the provider refuses a call for its rate, and grows by one for every round of completed steps, from 1 to <see cref="Max"/>.
/// Not thread-safe.
/// </summary>
/// <param name="first">The number at the start, from 1. It may be above <see cref="Max"/> and then only shrinks.</param>
/// <param name="adaptive">Whether the number changes.</param>
public sealed class AdaptiveSlots(int first, bool adaptive)
{
    /// <summary>The number up to which adaptive slots grow.</summary>
    public const int Max = 50;

    private double _slots = first;
    private DateTimeOffset _halvedAt = DateTimeOffset.MinValue;

    /// <summary>The present number of slots, from 1.</summary>
    public int Count => (int)_slots;

    /// <summary>Adjusts the number to the end of an attempt.</summary>
    /// <param name="at">When the scheduler received the end.</param>
    public void Adjust(DateTimeOffset at, StepOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (!adaptive)
        {
            return;
        }

        if (outcome.Status == StepStatus.Completed)
        {
            _slots = Math.Max(_slots, Math.Min(Max, _slots + (1 / _slots)));
        }
        else if (outcome.Error?.Kind == ErrorKind.RateLimited && outcome.StartedAt >= _halvedAt)
        {
            // Calls that began before the last halving were refused at the old number: they do not count against the new one.
            _slots = Math.Max(1, _slots / 2);
            _halvedAt = at;
        }
    }
}
