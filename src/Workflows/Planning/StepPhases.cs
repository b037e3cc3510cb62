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
        for (var step = 0; step < steps.Count; step++)
        {
            waits[Work(step)] = [.. steps[step].DependsOn.Select(End)];
            waits[End(step)] = [Work(step)];
        }

        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var fallback in StepRules.Fallbacks(steps[step]))
            {
                waits[End(step)].Add(End(fallback));
                waits[Work(fallback)].Add(Work(step));
            }
        }

        return waits;
    }

    /// <summary>
    /// The phases in an order in which none waits for a later one, otherwise in definition order; without those in or behind a cycle.
    /// </summary>
    public static List<int> Order(IReadOnlyList<GraphStep> steps)
    {
        var waits = Waits(steps);
        var left = waits.Select(phases => phases.Count).ToArray();
        var followers = new List<int>?[waits.Length];
        for (var phase = 0; phase < waits.Length; phase++)
        {
            foreach (var earlier in waits[phase])
            {
                (followers[earlier] ??= []).Add(phase);
            }
        }

        var order = new List<int>(waits.Length);
        order.AddRange(Enumerable.Range(0, waits.Length).Where(phase => left[phase] == 0));
        for (var index = 0; index < order.Count; index++)
        {
            foreach (var follower in followers[order[index]] ?? [])
            {
                if (--left[follower] == 0)
                {
                    order.Add(follower);
                }
            }
        }

        return order;
    }
}
