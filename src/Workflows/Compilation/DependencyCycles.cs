using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>
/// Finds steps that wait for one another through dependencies and fallbacks. Linear in steps and edges for each cycle; no recursion.
/// </summary>
internal static class DependencyCycles
{
    /// <summary>Cycles, each with at least one step that no earlier one contains.</summary>
    public static IReadOnlyList<StepCycle> Find(IReadOnlyList<GraphStep> graph)
    {
        var waits = StepPhases.Waits(graph);
        var found = new List<StepCycle>();
        var state = new byte[waits.Length]; // 0 not seen, 1 on the path, 2 done
        var next = new int[waits.Length];
        var path = new List<int>();
        var reported = new HashSet<int>();
        for (var start = 0; start < waits.Length; start++)
        {
            if (state[start] == 0)
            {
                Walk(start);
            }
        }

        return found;

        void Walk(int start)
        {
            path.Clear();
            Enter(start);
            while (path.Count > 0)
            {
                var current = path[^1];
                if (next[current] == waits[current].Count)
                {
                    state[current] = 2;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                var earlier = waits[current][next[current]++];
                if (state[earlier] == 0)
                {
                    Enter(earlier);
                }
                else if (state[earlier] == 1)
                {
                    Cut(path.IndexOf(earlier));
                }
            }
        }

        void Enter(int phase)
        {
            state[phase] = 1;
            path.Add(phase);
        }

        // Leave the whole cycle out of the search, so that another one through the same steps is not reported, too.
        void Cut(int from)
        {
            var cycle = path.GetRange(from, path.Count - from);
            var steps = StepCycle.Of(cycle);
            var isNew = false;
            foreach (var step in steps.Steps)
            {
                isNew |= reported.Add(step);
            }

            if (isNew)
            {
                found.Add(steps);
            }

            cycle.ForEach(phase => state[phase] = 2);
            path.RemoveRange(from, path.Count - from);
        }
    }

    /// <summary>Removes dependencies and fallbacks until an order exists, and returns the steps that were in or behind a cycle.</summary>
    public static IReadOnlyList<int> Break(GraphStep[] steps)
    {
        var free = new bool[steps.Length];
        foreach (var phase in StepPhases.Order(steps).Where(StepPhases.IsEnd))
        {
            free[StepPhases.StepOf(phase)] = true;
        }

        var stuck = Enumerable.Range(0, steps.Length).Where(step => !free[step]).ToList();
        foreach (var step in stuck)
        {
            // Among stuck steps only dependencies on earlier ones are kept: they cannot form a cycle.
            steps[step] = steps[step] with
            {
                DependsOn = [.. steps[step].DependsOn.Where(dependency => free[dependency] || dependency < step)],
                OnError = null,
            };
        }

        return stuck;
    }
}

/// <summary>Steps that wait for one another.</summary>
/// <param name="Steps">Positions in the order of "waits for", each once.</param>
/// <param name="FallsBack">
/// A step of the cycle that waits for its fallback step, or the other way round; null for a cycle of dependencies alone.
/// </param>
internal sealed record StepCycle(IReadOnlyList<int> Steps, int? FallsBack)
{
    /// <param name="phases">Each waits for the next, the last for the first.</param>
    public static StepCycle Of(List<int> phases)
    {
        int? fallsBack = null;
        var steps = new List<int>();
        for (var index = 0; index < phases.Count; index++)
        {
            var (phase, next) = (phases[index], phases[(index + 1) % phases.Count]);
            var (step, other) = (StepPhases.StepOf(phase), StepPhases.StepOf(next));
            if (step == other)
            {
                continue;
            }

            // Work that waits for an end is a dependency. All else is a fallback: an end waits for the fallback's end, its work for the caller's
            // work.
            if (StepPhases.IsEnd(phase) || !StepPhases.IsEnd(next))
            {
                fallsBack ??= StepPhases.IsEnd(phase) ? step : other;
            }

            steps.Add(step);
        }

        return new StepCycle([.. steps.Distinct()], fallsBack);
    }
}
