using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// Decides which steps of an attempt are not executed since an earlier one has their result (DESIGN §4, "Resume"): a step is reused if and only if it
/// has completed before, its fingerprint is the same, everything it consumed is the same record as then, it was not made up in the place of a model that
/// would answer now, and the request does not force it. Linear in steps, edges and attempts. Not thread-safe.
/// </summary>
public sealed class ReusedSteps
{
    private readonly PreparedRun _run;
    private readonly IReadOnlyList<EarlierAttempt> _earlier;
    private readonly HashSet<int> _forced;
    private readonly Func<string, bool> _isSimulated;
    private readonly StepResult[] _results;
    private readonly StepFingerprints _fingerprints;
    private readonly Dictionary<string, int> _positions;
    private readonly Dictionary<EarlierAttempt, bool> _sameBeforeFinal = [];

    private ReusedSteps(PreparedRun run, IReadOnlyList<EarlierAttempt> earlier, HashSet<int> forced, Func<string, bool> isSimulated)
    {
        (_run, _earlier, _forced, _isSimulated) = (run, earlier, forced, isSimulated);
        _results = new StepResult[run.Steps.Count];
        _fingerprints = new StepFingerprints(run);
        _positions = run.Steps.Select((step, position) => (step.Id, position)).ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
    }

    /// <param name="run">The new attempt, with the outputs that are given by hand.</param>
    /// <param name="earlier">The attempts before it, the latest first.</param>
    /// <param name="from">A step that is executed even when it has a result, and so are all steps after it; null for none.</param>
    /// <param name="isSimulated">Whether the simulation would answer now for a model, by its name.</param>
    /// <returns>Where the results are, by step id; steps whose output is given now are not among them.</returns>
    public static Dictionary<string, CheckpointReference> Find(PreparedRun run, IReadOnlyList<EarlierAttempt> earlier, int? from, Func<string, bool> isSimulated)
    {
        var search = new ReusedSteps(run, earlier, from is { } first ? Descendants.Of(run.Graph, first) : [], isSimulated);
        search.Decide();
        return run.Steps
            .Select((step, position) => (step.Id, Result: search._results[position]))
            .Where(step => step.Result.Kind == StepResultKind.Completed && run.Given?.ContainsKey(step.Id) != true)
            .ToDictionary(step => step.Id, step => step.Result.Place, StringComparer.Ordinal);
    }

    private void Decide()
    {
        DecideOpen();
        if (SkipUnneededFallbacks())
        {
            // A result that was made when these fallbacks were skipped may hold now, too.
            _sameBeforeFinal.Clear();
            DecideOpen();
        }
    }

    private void DecideOpen()
    {
        // In this order a fallback comes before the steps that took its output over: they are the same only if it is. Final steps after all others.
        foreach (var step in _run.Graph.TopologicalOrder.Where(step => _results[step] == StepResult.None))
        {
            _results[step] = Decide(step);
        }
    }

    /// <summary>A fallback that has no result is skipped when all steps that may call it have one, and so on. False when there is none.</summary>
    private bool SkipUnneededFallbacks() => UnneededSteps.Follow(
        _run.Graph,
        step => _results[step] != StepResult.None,
        step => _results[step] == StepResult.Skipped,
        fallback =>
        {
            if (!_forced.Contains(fallback))
            {
                _results[fallback] = StepResult.Skipped;
            }

            return !_forced.Contains(fallback);
        },
        step => !_run.Plan.Steps[step].IsFinal && (_results[step] = Decide(step)) != StepResult.None);

    private StepResult Decide(int step)
    {
        var node = _run.Plan.Steps[step];
        if (_run.Given?.ContainsKey(_run.Steps[step].Id) == true)
        {
            return StepResult.Completed(new CheckpointReference(_run.RunAttempt, 0));
        }

        if (node.Never)
        {
            return StepResult.Skipped;
        }

        if (!_forced.Contains(step) && Search(step) is var found && found != StepResult.None)
        {
            return found;
        }

        return StepRules.IsSkipped(node, dependency => _results[dependency].Kind == StepResultKind.Skipped) ? StepResult.Skipped : StepResult.None;
    }

    /// <summary>The newest result that still holds.</summary>
    private StepResult Search(int step)
    {
        var id = _run.Steps[step].Id;
        foreach (var attempt in _earlier)
        {
            if (attempt.Find(id) is not { } then)
            {
                continue;
            }

            if (attempt.End(then) is { Result.Kind: not StepResultKind.None } end
                && !(end.Simulated && AsksProvider(step))
                && TookTheSame(step, attempt, then, end)
                && _fingerprints.Of(step) == attempt.Fingerprint(then))
            {
                return end.Result;
            }

            if (attempt.IsForced(then))
            {
                break;
            }
        }

        return StepResult.None;
    }

    /// <summary>Whether the step's models would be called now, and not be simulated or mocked.</summary>
    private bool AsksProvider(int step) => _run.Mocks is null && !_run.Steps[step].Models.All(_isSimulated);

    /// <summary>Everything that the step consumed then is now the same record.</summary>
    private bool TookTheSame(int step, EarlierAttempt attempt, int then, StepEnd end)
    {
        var node = _run.Plan.Steps[step];
        if (end.Failure is { } failure && !HasTheSameFallback(step, StepRules.ActionOf(node, failure), end, attempt))
        {
            return false;
        }

        if (node.IsFinal && !EverythingBeforeIsSame(attempt))
        {
            return false;
        }

        HashSet<string> consumed = [.. end.Consumed ?? attempt.Run.Plan.Steps[then].DependsOn.Select(dependency => attempt.Run.Steps[dependency].Id)];
        var dependencies = node.DependsOn.Select(dependency => _run.Steps[dependency].Id).ToList();
        if (node.Join == JoinKind.Any && node.DependsOn.Count > 0)
        {
            dependencies = [.. dependencies.Intersect(consumed, StringComparer.Ordinal)];
            return dependencies.Count > 0 && dependencies.TrueForAll(id => IsSame(id, attempt));
        }

        return dependencies.TrueForAll(id => consumed.Contains(id) && IsSame(id, attempt));
    }

    /// <summary>Whether the substitute for the step's output would be the same now.</summary>
    private bool HasTheSameFallback(int step, FailureAction action, StepEnd end, EarlierAttempt attempt) => (action.Kind, end) switch
    {
        (FailureActionKind.Step, { Adopted: { } fallback }) => _run.Steps[action.Step!.Value].Id == fallback && IsSame(fallback, attempt),
        (FailureActionKind.Value, { Fallback: { } value }) => IsEqual(value, _run.Steps[step].Fallback),
        _ => false,
    };

    private static bool IsEqual(FallbackDefinition then, FallbackDefinition? now) =>
        now is not null && JsonNode.DeepEquals(then.Value, now.Value) && then.HasTransformed == now.HasTransformed && JsonNode.DeepEquals(then.Transformed, now.Transformed);

    private bool IsSame(string id, EarlierAttempt attempt)
    {
        if (attempt.Find(id) is not { } then || Position(id) is not { } now)
        {
            return false;
        }

        var result = _results[now];
        return result.Kind != StepResultKind.None && result == attempt.End(then).Result;
    }

    private bool EverythingBeforeIsSame(EarlierAttempt attempt)
    {
        if (!_sameBeforeFinal.TryGetValue(attempt, out var same))
        {
            same = Enumerable.Range(0, _run.Steps.Count)
                .Where(step => !_run.Plan.Steps[step].IsFinal && !(_run.Plan.Steps[step].IsFallback && _results[step] == StepResult.None))
                .All(step => IsSame(_run.Steps[step].Id, attempt));
            _sameBeforeFinal.Add(attempt, same);
        }

        return same;
    }

    private int? Position(string id) => _positions.TryGetValue(id, out var position) ? position : null;
}
