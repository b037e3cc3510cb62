using Orchestrator.Activities.Events;

namespace Orchestrator.Activities.Documents;

/// <summary>What the events of one attempt of a run add up to, step by step. Linear in the events. Not thread-safe.</summary>
public sealed class RunProjection
{
    private readonly Dictionary<string, StepProjection> _steps = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <param name="stepIds">The ids of all steps, in definition order.</param>
    public RunProjection(IEnumerable<string> stepIds)
    {
        ArgumentNullException.ThrowIfNull(stepIds);
        foreach (var id in stepIds)
        {
            _steps.Add(id, new StepProjection());
            _order.Add(id);
        }
    }

    internal IEnumerable<StepProjection> Steps => _order.Select(id => _steps[id]);

    /// <summary>Takes the next event. False when it changes nothing: a repeat, or not about a step.</summary>
    public bool Apply(RunEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Event != RunEventNames.StepChunk
            && item.StepId is not null && _steps.TryGetValue(item.StepId, out var step) && step.Apply(item);
    }

    public StepSummary Step(string id) => _steps[id].Summary();

    /// <summary>The steps by id, in definition order.</summary>
    public IReadOnlyDictionary<string, StepSummary> Summaries() =>
        new OrderedDictionary<string, StepSummary>(_order.Select(id => KeyValuePair.Create(id, _steps[id].Summary())), StringComparer.Ordinal);
}
