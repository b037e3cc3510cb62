namespace Orchestrator.Testing.Rules;

/// <summary>The dependencies, fallbacks and final steps of a definition that is being generated.</summary>
internal sealed class RulesGraph
{
    private readonly Random _random;

    /// <summary>A hidden order: dependencies go from later to earlier in it, and may stand before or behind in the definition.</summary>
    private readonly int[] _order;
    private readonly List<int>[] _dependencies;
    private readonly Dictionary<int, int> _fallbacks = [];
    private readonly HashSet<int> _standIns = [];
    private readonly HashSet<int> _finals = [];

    public RulesGraph(int count, Random random)
    {
        _random = random;
        _order = [.. Enumerable.Range(0, count)];
        random.Shuffle(_order);
        _dependencies = [.. _order.Select(_ => new List<int>())];
    }

    public int Count => _order.Length;

    /// <summary>The steps of <c>finally</c>.</summary>
    public IReadOnlySet<int> Finals => _finals;

    public IReadOnlyList<int> DependenciesOf(int step) => _dependencies[step];

    public bool IsFallback(int step) => _standIns.Contains(step);

    public int? FallbackOf(int step) => _fallbacks.TryGetValue(step, out var fallback) ? fallback : null;

    public void DrawFinals(int count) => _finals.UnionWith(_order.Reverse().Take(count));

    public void DrawDependencies(double density)
    {
        for (var rank = 0; rank < Count; rank++)
        {
            _dependencies[_order[rank]].AddRange(
                _order.Take(rank).Where(earlier => _random.NextDouble() < density && (!_finals.Contains(earlier) || _finals.Contains(_order[rank]))));
        }
    }

    /// <summary>Gives the step a fallback, if there is one for it.</summary>
    /// <param name="anyhow">Also one that makes the definition invalid.</param>
    /// <param name="refusal">Why the definition may be refused now; null when it must not.</param>
    public bool TryStandIn(int failing, bool anyhow, out string? refusal)
    {
        // Sometimes one that is the fallback of another step already.
        var fallback = _standIns.Count > 0 && _random.Next(4) == 0 ? _standIns.Order().First() : _random.Next(Count);
        refusal = null;
        if (fallback == failing || _fallbacks.ContainsKey(failing))
        {
            return false;
        }

        _fallbacks[failing] = fallback;
        _standIns.Add(fallback);
        refusal = _finals.Contains(fallback) ? "a fallback in finally"
            : NeedsLateStep() ? "a fallback of a final step that others need"
            : HasCycle() ? "steps that wait for one another"
            : null;
        if (refusal is null || anyhow)
        {
            return true;
        }

        _fallbacks.Remove(failing);
        if (!_fallbacks.ContainsValue(fallback))
        {
            _standIns.Remove(fallback);
        }

        return false;
    }

    /// <summary>Whether a step that is not final depends, also indirectly, on a final step or the fallback of one.</summary>
    private bool NeedsLateStep()
    {
        var late = new HashSet<int>(_finals);
        var open = new Stack<int>(late);
        while (open.TryPop(out var step))
        {
            if (FallbackOf(step) is { } fallback && late.Add(fallback))
            {
                open.Push(fallback);
            }
        }

        return Enumerable.Range(0, Count).Any(
            step => !late.Contains(step) && (_dependencies[step].Any(late.Contains) || (FallbackOf(step) is { } needed && late.Contains(needed))));
    }

    /// <summary>
    /// Whether the graph has a cycle. A step has a beginning and an end: it begins behind the ends of what it depends on, and a fallback behind
    /// the beginning of the step that it stands in for, whose end comes behind the fallback's. Final steps begin behind the ends of all others.
    /// </summary>
    private bool HasCycle()
    {
        var behind = new List<int>[2 * Count];
        for (var step = 0; step < Count; step++)
        {
            behind[step] = [.. _dependencies[step].Select(dependency => Count + dependency)];
            behind[Count + step] = [step];
        }

        foreach (var (failing, fallback) in _fallbacks)
        {
            behind[fallback].Add(failing);
            behind[Count + failing].Add(Count + fallback);
        }

        var state = new int[2 * Count];
        return Enumerable.Range(0, state.Length).Any(node => Closes(node));

        bool Closes(int node)
        {
            if (state[node] != 0)
            {
                return state[node] == 1;
            }

            state[node] = 1;
            var closes = behind[node].Any(Closes);
            state[node] = 2;
            return closes;
        }
    }
}
