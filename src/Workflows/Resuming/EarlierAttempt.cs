using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>An attempt of a run that has ended: what it was to execute, and what its records say of each step. Not thread-safe.</summary>
public sealed class EarlierAttempt
{
    private readonly Dictionary<string, int> _positions;
    private readonly StepEnd[] _ends;
    private readonly StepFingerprints _fingerprints;
    private readonly HashSet<int> _forced;

    /// <param name="run">What the attempt was to execute.</param>
    /// <param name="ends">What its records say of each step, position by position as in <see cref="PreparedRun.Steps"/>.</param>
    /// <param name="from">The id of the step that the attempt was asked to go on from; null for none. An unknown id counts as none.</param>
    public EarlierAttempt(PreparedRun run, IEnumerable<StepEnd> ends, string? from)
    {
        ArgumentNullException.ThrowIfNull(run);
        Run = run;
        _ends = [.. ends];
        _fingerprints = new StepFingerprints(run);
        _positions = run.Steps.Select((step, position) => (step.Id, position)).ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
        _forced = from is not null && _positions.TryGetValue(from, out var first) ? Descendants.Of(run.Graph, first) : [];
        foreach (var position in run.Graph.TopologicalOrder.Where(position => _ends[position].Result == StepResult.None))
        {
            Skip(position, IsSkippedByDependency(position));
        }

        UnneededSteps.Follow(
            run.Graph,
            position => _ends[position].Result != StepResult.None,
            position => _ends[position].Result == StepResult.Skipped,
            fallback => Skip(fallback, _ends[fallback].Attempts == 0),
            position => Skip(position, IsSkippedByDependency(position)));
    }

    /// <summary>What the attempt was to execute.</summary>
    public PreparedRun Run { get; }

    /// <summary>The position of the step in this attempt; null when it had no step of that id.</summary>
    public int? Find(string id) => _positions.TryGetValue(id, out var position) ? position : null;

    /// <summary>What the records say of the step at a position of <see cref="PreparedRun.Steps"/>.</summary>
    public StepEnd End(int position) => _ends[position];

    /// <summary>Whether the request of this attempt forced the step, so that older results do not count.</summary>
    public bool IsForced(int position) => _forced.Contains(position);

    /// <summary>The fingerprint of the step at a position of <see cref="PreparedRun.Steps"/>: SHA-256 in lower-case hex.</summary>
    public string Fingerprint(int position) => _fingerprints.Of(position);

    private bool Skip(int position, bool isSkipped)
    {
        _ends[position] = isSkipped ? _ends[position] with { Result = StepResult.Skipped } : _ends[position];
        return isSkipped;
    }

    private bool IsSkippedByDependency(int position) =>
        StepRules.IsSkipped(Run.Plan.Steps[position], dependency => _ends[dependency].Result.Kind == StepResultKind.Skipped);
}
