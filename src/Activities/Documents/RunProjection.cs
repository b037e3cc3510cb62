using Orchestrator.Activities.Events;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Documents;

/// <summary>What the events of a run add up to, step by step, as its latest attempt sees it. Linear in the events. Not thread-safe.</summary>
public sealed class RunProjection
{
    private readonly Dictionary<string, StepProjection> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepProjection> _removed = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private readonly HashSet<string> _reused;
    private readonly int _runAttempt;
    private bool _hasBegun;

    /// <param name="stepIds">The ids of all steps, in definition order.</param>
    /// <param name="runAttempt">The attempt that is looked at; what came before it counts for time and money only.</param>
    /// <param name="reused">The ids of steps that this attempt does not execute, since they have an output; null for none.</param>
    public RunProjection(IEnumerable<string> stepIds, int runAttempt = 1, IReadOnlyCollection<string>? reused = null)
    {
        ArgumentNullException.ThrowIfNull(stepIds);
        foreach (var id in stepIds)
        {
            _steps.Add(id, new StepProjection());
            _order.Add(id);
        }

        (_runAttempt, _reused) = (runAttempt, [.. reused ?? []]);
        if (runAttempt == 1)
        {
            Begin();
        }
    }

    /// <summary>What an attempt of a run looks like before its first event.</summary>
    public static RunProjection Of(PreparedRun? run) => run is null
        ? new RunProjection([])
        : new RunProjection(run.Steps.Select(step => step.Id), run.RunAttempt, [.. run.Reused?.Keys ?? [], .. run.Given?.Keys ?? []]);

    /// <summary>What all attempts consumed together, steps that are no longer there included.</summary>
    public TokenUsage Usage => _steps.Values.Concat(_removed.Values).Aggregate(default(TokenUsage), (sum, step) => sum + step.Usage);

    internal IEnumerable<StepProjection> Steps => _order.Select(id => _steps[id]);

    /// <summary>Takes the next event. False when it changes nothing: a repeat, or not about a step.</summary>
    public bool Apply(RunEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.RunAttempt == _runAttempt && !_hasBegun)
        {
            Begin();
        }

        return item.Event != RunEventNames.StepChunk && item.StepId is { } id && Find(id).Apply(item);
    }

    public StepSummary Step(string id) => _steps[id].Summary();

    /// <summary>The steps by id, in definition order.</summary>
    public IReadOnlyDictionary<string, StepSummary> Summaries() =>
        new OrderedDictionary<string, StepSummary>(_order.Select(id => KeyValuePair.Create(id, _steps[id].Summary())), StringComparer.Ordinal);

    private void Begin()
    {
        _hasBegun = true;
        foreach (var (id, step) in _steps)
        {
            step.BeginAttempt(_reused.Contains(id));
        }
    }

    private StepProjection Find(string id)
    {
        if (_steps.TryGetValue(id, out var step) || _removed.TryGetValue(id, out step))
        {
            return step;
        }

        _removed.Add(id, step = new StepProjection());
        return step;
    }
}
