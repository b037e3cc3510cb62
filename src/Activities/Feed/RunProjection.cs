using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>What the events of a run add up to, step by step, as its latest attempt sees it. Linear in the events. Not thread-safe.</summary>
public sealed class RunProjection
{
    private readonly Dictionary<string, StepProjection> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepProjection> _removed = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly int _runAttempt;

    /// <param name="stepIds">The ids of all steps, in definition order.</param>
    /// <param name="runAttempt">The attempt that is looked at; what came before it counts for time and money only.</param>
    /// <param name="reused">The steps that this attempt does not execute, since they have an output, each with the place of its record; null for none.</param>
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

    /// <summary>What an attempt of a run looks like before its first event.</summary>
    public static RunProjection Of(PreparedRun? run)
    {
        if (run is null)
        {
            return new RunProjection([]);
        }

        // An output that was given by hand is of no attempt, so none tells of its step.
        var reused = run.Plan.Steps.Where(step => step.Reused).ToDictionary(
            step => step.Id, step => run.Reused?.TryGetValue(step.Id, out var place) == true ? place : new CheckpointReference(run.RunAttempt, 0), StringComparer.Ordinal);
        return new RunProjection(run.Steps.Select(step => step.Id), run.RunAttempt, reused);
    }

    /// <summary>How many steps there are, and how many of them have ended; a reused one has.</summary>
    public RunProgress Progress => new(_order.Count, Steps.Count(step => step.HasEnded));

    /// <summary>What all attempts consumed together, steps that are no longer there included.</summary>
    public TokenUsage Usage => _steps.Values.Concat(_removed.Values).Aggregate(default(TokenUsage), (sum, step) => sum + step.Usage);

    internal IEnumerable<StepProjection> Steps => _order.Select(id => _steps[id]);

    /// <summary>Takes the next event. False when it changes nothing: a repeat, or not about a step.</summary>
    public bool Apply(RunEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Event != RunEventNames.StepChunk && item.StepId is { } id && Find(id).Apply(item);
    }

    /// <summary>The run has ended: a step whose end was not recorded was lost.</summary>
    public void Lose()
    {
        foreach (var step in _steps.Values)
        {
            step.Lose();
        }
    }

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
