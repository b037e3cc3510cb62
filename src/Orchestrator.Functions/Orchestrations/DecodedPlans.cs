using Orchestrator.Workflows.Planning;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Caches the last decoded plans by the hash of their content: on the real engine every episode of an orchestration replays from the start and needs
/// its plan again. The result is a pure function of the argument, so orchestrators may use it. Thread-safe.
/// </summary>
public sealed class DecodedPlans
{
    private const int MaxPlans = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DecodedPlan> _plans = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The plan of an answer, and its graph.</summary>
    public DecodedPlan Of(PlanAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (_gate)
        {
            if (_plans.TryGetValue(answer.Hash, out var known))
            {
                return known;
            }
        }

        var plan = answer.Decode();
        var decoded = new DecodedPlan(plan, new WorkflowGraph(plan.Steps));
        lock (_gate)
        {
            if (_plans.TryAdd(answer.Hash, decoded))
            {
                _order.Enqueue(answer.Hash);
                if (_order.Count > MaxPlans)
                {
                    _plans.Remove(_order.Dequeue());
                }
            }
        }

        return decoded;
    }
}

/// <summary>A plan and its compiled graph. Immutable.</summary>
public sealed record DecodedPlan(RunPlan Plan, WorkflowGraph Graph);
