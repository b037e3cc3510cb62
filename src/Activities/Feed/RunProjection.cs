using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>The state of a run's steps in its latest attempt, computed from the run's events. Linear in the events. Not thread-safe.</summary>
public sealed class RunProjection
{
    private readonly Dictionary<string, StepProjection> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepProjection> _removed = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly int _runAttempt;

    /// <summary>The state before the first event.</summary>
    /// <param name="stepIds">The ids of all steps, in definition order.</param>
    /// <param name="runAttempt">The attempt whose state is computed; earlier ones count only for time and cost.</param>
    /// <param name="reused">
    /// The steps that this attempt does not execute, since they have an output, and where their checkpoints are; null for none.
    /// </param>
    public RunProjection(IEnumerable<string> stepIds, int runAttempt = 1, IReadOnlyDictionary<string, CheckpointReference>? reused = null)
    {
        ArgumentNullException.ThrowIfNull(stepIds);
        _runAttempt = runAttempt;
        foreach (var id in stepIds)
        {
            var place = default(CheckpointReference);
            var isReused = reused?.TryGetValue(id, out place) == true;
            _steps.Add(id, new StepProjection(isReused ? place.RunAttempt : runAttempt, isReused, place));
            _order.Add(id);
        }
    }

    /// <summary>The state of an attempt before its first event; without steps when <paramref name="run"/> is null.</summary>
    public static RunProjection Of(PreparedRun? run)
    {
        if (run is null)
        {
            return new RunProjection([]);
        }

        // No attempt made an output that was given by hand, so no event of an attempt shows the state of its step.
        var reused = run.Plan.Steps.Where(step => step.Reused).ToDictionary(
            step => step.Id,
            step => run.Reused?.TryGetValue(step.Id, out var place) == true ? place : new CheckpointReference(run.RunAttempt, 0),
            StringComparer.Ordinal);
        return new RunProjection(run.Steps.Select(step => step.Id), run.RunAttempt, reused);
    }

    /// <summary>The number of steps, and how many of them have ended; a reused step has.</summary>
    public RunProgress Progress => new(_order.Count, Steps.Count(step => step.HasEnded));

    /// <summary>The usage of all attempts, including steps that the definition no longer has.</summary>
    public TokenUsage Usage => _steps.Values.Concat(_removed.Values).Aggregate(default(TokenUsage), (sum, step) => sum + step.Usage);

    /// <summary>The steps in definition order.</summary>
    internal IEnumerable<StepProjection> Steps => _order.Select(id => _steps[id]);

    /// <summary>Applies the next event. False when it changes nothing: a duplicate, a chunk, or an event that is not about a step.</summary>
    public bool Apply(RunEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Event != RunEventNames.StepChunk && item.StepId is { } id && Find(id).Apply(item);
    }

    /// <summary>Call when the run has ended: marks steps without an end as cancelled, with the reason <c>lost</c>.</summary>
    public void MarkLost()
    {
        foreach (var step in _steps.Values)
        {
            step.MarkLost();
        }
    }

    /// <summary>The state of one step.</summary>
    /// <exception cref="KeyNotFoundException">The attempt has no such step.</exception>
    public StepSummary Step(string id) => _steps[id].Summary();

    /// <summary>The steps by id, in definition order.</summary>
    public IReadOnlyDictionary<string, StepSummary> Summaries() =>
        new OrderedDictionary<string, StepSummary>(_order.Select(id => KeyValuePair.Create(id, _steps[id].Summary())), StringComparer.Ordinal);

    private StepProjection Find(string id)
    {
        if (_steps.TryGetValue(id, out var step) || _removed.TryGetValue(id, out step))
        {
            return step;
        }

        _removed.Add(id, step = new StepProjection(_runAttempt, reused: false));
        return step;
    }
}
