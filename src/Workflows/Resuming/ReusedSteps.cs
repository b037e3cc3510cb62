using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// Decides which steps of an attempt are not executed, because an earlier attempt has their result. A step is reused if and only if it has completed
/// before, its fingerprint is the same, everything that it consumed is the same record as then, the simulation did not answer in place of a model
/// that would be called now, and the request does not force the step. Linear in steps, edges and attempts.
/// </summary>
public sealed class ReusedSteps
{
    private readonly PreparedRun _run;
    private readonly IReadOnlyList<EarlierAttempt> _earlier;
    private readonly HashSet<int> _forced;
    private readonly Func<string, bool> _isSimulated;
    private readonly StepResult[] _results;
    private readonly StepFingerprints _fingerprints;
    private readonly Dictionary<EarlierAttempt, bool> _sameBeforeFinal = [];

    private ReusedSteps(PreparedRun run, IReadOnlyList<EarlierAttempt> earlier, HashSet<int> forced, Func<string, bool> isSimulated)
    {
        (_run, _earlier, _forced, _isSimulated) = (run, earlier, forced, isSimulated);
        _results = new StepResult[run.Steps.Count];
        _fingerprints = new StepFingerprints(run);
    }

    /// <summary>Finds the steps that are reused.</summary>
    /// <param name="run">The new attempt, with the outputs that are given by hand.</param>
    /// <param name="earlier">The attempts before it, the latest first.</param>
    /// <param name="from">The position of a step that is executed even if it has a result, as are all steps after it; null for none.</param>
    /// <param name="isSimulated">Whether the simulation would answer now for a model, by its name.</param>
    /// <returns>The records of the results, by step id, without the steps whose output is given by hand in this attempt.</returns>
    public static Dictionary<string, CheckpointReference> Find(
        PreparedRun run, IReadOnlyList<EarlierAttempt> earlier, int? from, Func<string, bool> isSimulated)
    {
        ArgumentNullException.ThrowIfNull(run);
        var search = new ReusedSteps(run, earlier, from is { } first ? run.Graph.DescendantsOf(first) : [], isSimulated);
        search.Decide();
        return run.Steps
            .Select((step, position) => (step.Id, Result: search._results[position]))
            .Where(step => step.Result.Kind == StepResultKind.Completed && run.Given?.ContainsKey(step.Id) != true)
            .ToDictionary(step => step.Id, step => step.Result.Place, StringComparer.Ordinal);
    }

    private void Decide()
    {
        DecideRemaining();
        if (SkipUnneededFallbacks())
        {
            // A result from an attempt that skipped the same fallbacks may be valid now.
            _sameBeforeFinal.Clear();
            DecideRemaining();
        }
    }

    private void DecideRemaining()
    {
        // This order puts a fallback step before the steps that took its output, which are reused only if it is, and final steps last.
        foreach (var step in _run.Graph.TopologicalOrder.Where(step => _results[step] == StepResult.None))
        {
            _results[step] = Decide(step);
        }
    }

    /// <summary>Skips the fallback steps without a result that no step will call, and what depends on them. Returns whether there was one.</summary>
    private bool SkipUnneededFallbacks() => UnneededSteps.Skip(
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

    /// <summary>The latest result that is still valid.</summary>
    private StepResult Search(int step)
    {
        var id = _run.Steps[step].Id;
        foreach (var attempt in _earlier)
        {
            if (attempt.Run.PositionOf(id) is not { } then)
            {
                continue;
            }

            if (attempt.Step(then) is { Result.Kind: not StepResultKind.None } before
                && !(before.Simulated && AsksProvider(step))
                && TookTheSame(step, attempt, then, before)
                && _fingerprints.Of(step) == attempt.Fingerprint(then))
            {
                return before.Result;
            }

            if (attempt.IsForced(then))
            {
                break;
            }
        }

        return StepResult.None;
    }

    /// <summary>Whether the step would call a model now that is neither simulated nor mocked.</summary>
    private bool AsksProvider(int step) => _run.Mocks is null && !_run.Steps[step].Models.All(_isSimulated);

    /// <summary>Whether everything that the step consumed then is the same record now.</summary>
    private bool TookTheSame(int step, EarlierAttempt attempt, int then, EarlierStep before)
    {
        var node = _run.Plan.Steps[step];
        if (before.Failure is { } failure && !HasTheSameFallback(step, StepRules.ActionOf(node, failure), before, attempt))
        {
            return false;
        }

        if (node.IsFinal && !EverythingBeforeIsSame(attempt))
        {
            return false;
        }

        var all = attempt.Run.Plan.Steps[then].DependsOn.Select(dependency => attempt.Run.Steps[dependency].Id);
        HashSet<string> consumed = [.. before.Consumed ?? all];
        var dependencies = node.DependsOn.Select(dependency => _run.Steps[dependency].Id).ToList();
        if (StepRules.StartsBeforeAllEnded(node) && node.DependsOn.Count > 0)
        {
            dependencies = [.. dependencies.Intersect(consumed, StringComparer.Ordinal)];
            return dependencies.Count > 0 && dependencies.TrueForAll(id => IsSame(id, attempt));
        }

        return dependencies.TrueForAll(id => consumed.Contains(id) && IsSame(id, attempt));
    }

    /// <summary>Whether the substitute for the step's output would be the same now.</summary>
    private bool HasTheSameFallback(int step, FailureAction action, EarlierStep before, EarlierAttempt attempt) => (action.Kind, before) switch
    {
        (FailureActionKind.Step, { Adopted: { } fallback }) => _run.Steps[action.Step!.Value].Id == fallback && IsSame(fallback, attempt),
        (FailureActionKind.Value, { Fallback: { } value }) => IsEqual(value, _run.Steps[step].Fallback),
        _ => false,
    };

    private static bool IsEqual(FallbackDefinition then, FallbackDefinition? now) =>
        now is not null && JsonNode.DeepEquals(then.Value, now.Value)
        && then.HasTransformed == now.HasTransformed && JsonNode.DeepEquals(then.Transformed, now.Transformed);

    private bool IsSame(string id, EarlierAttempt attempt)
    {
        if (attempt.Run.PositionOf(id) is not { } then || _run.PositionOf(id) is not { } now)
        {
            return false;
        }

        var result = _results[now];
        return result.Kind != StepResultKind.None && result == attempt.Step(then).Result;
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
}
