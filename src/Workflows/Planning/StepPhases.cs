namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The order of work in a workflow with fallback steps, which start before the step that calls them has ended. So a step has two phases: its own work
/// (node <c>2 × position</c>) and its end (<c>2 × position + 1</c>). The work waits for the ends of the dependencies and, of a fallback step, for
/// the work of its callers; the end waits for the work and for the ends of the step's fallback steps. Linear; no recursion.
/// </summary>
internal static class StepPhases
{
    public static int Count(IReadOnlyList<GraphStep> steps) => 2 * steps.Count;

    public static int Work(int step) => 2 * step;

    public static int End(int step) => (2 * step) + 1;

    public static int StepOf(int phase) => phase / 2;

    public static bool IsEnd(int phase) => phase % 2 == 1;

    /// <summary>By phase, the phases that it waits for.</summary>
    public static List<int>[] Waits(IReadOnlyList<GraphStep> steps)
    {
        var waits = new List<int>[Count(steps)];
        for (var phase = 0; phase < waits.Length; phase++)
        {
            waits[phase] = new List<int>(IsEnd(phase) ? 1 : steps[StepOf(phase)].DependsOn.Count);
        }

        ForEachWait(steps, (phase, earlier) => waits[phase].Add(earlier));
        return waits;
    }

    /// <summary>
    /// The phases in an order in which none waits for a later one, otherwise in definition order; without those in or behind a cycle.
    /// </summary>
    public static List<int> Order(IReadOnlyList<GraphStep> steps)
    {
        // The followers of phase p are in followers from first[p] to first[p + 1], ascending.
        var count = Count(steps);
        var (left, first) = (new int[count], new int[count + 1]);
        ForEachWait(steps, (phase, earlier) =>
        {
            left[phase]++;
            first[earlier + 1]++;
        });
        for (var phase = 0; phase < count; phase++)
        {
            first[phase + 1] += first[phase];
        }

        var (followers, next) = (new int[first[count]], first[..count]);
        ForEachWait(steps, (phase, earlier) => followers[next[earlier]++] = phase);
        var order = new List<int>(count);
        for (var phase = 0; phase < count; phase++)
        {
            Array.Sort(followers, first[phase], first[phase + 1] - first[phase]);
            if (left[phase] == 0)
            {
                order.Add(phase);
            }
        }

        for (var index = 0; index < order.Count; index++)
        {
            foreach (var follower in followers.AsSpan(first[order[index]]..first[order[index] + 1]))
            {
                if (--left[follower] == 0)
                {
                    order.Add(follower);
                }
            }
        }

        return order;
    }

    /// <summary>Calls <paramref name="wait"/> with a phase and one that it waits for, for each such pair.</summary>
    private static void ForEachWait(IReadOnlyList<GraphStep> steps, Action<int, int> wait)
    {
        for (var step = 0; step < steps.Count; step++)
        {
            var dependencies = steps[step].DependsOn;
            for (var index = 0; index < dependencies.Count; index++)
            {
                wait(Work(step), End(dependencies[index]));
            }

            wait(End(step), Work(step));
            foreach (var fallback in StepRules.Fallbacks(steps[step]))
            {
                wait(End(step), End(fallback));
                wait(Work(fallback), Work(step));
            }
        }
    }
}
