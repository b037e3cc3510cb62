namespace Orchestrator.Workflows.Graphs;

/// <summary>Finds steps that wait for one another. Linear in steps and edges for each cycle found; no recursion.</summary>
internal static class DependencyCycles
{
    /// <summary>Cycles that share no step, each as positions in the order of "waits for".</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Find(IReadOnlyList<GraphStep> steps)
    {
        var found = new List<IReadOnlyList<int>>();
        var state = new byte[steps.Count]; // 0 not seen, 1 on the path, 2 done
        var next = new int[steps.Count];
        var path = new List<int>();
        for (var start = 0; start < steps.Count; start++)
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
                if (next[current] == steps[current].DependsOn.Count)
                {
                    state[current] = 2;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }

                var dependency = steps[current].DependsOn[next[current]++];
                if (state[dependency] == 0)
                {
                    Enter(dependency);
                }
                else if (state[dependency] == 1)
                {
                    Cut(path.IndexOf(dependency));
                }
            }
        }

        void Enter(int step)
        {
            state[step] = 1;
            path.Add(step);
        }

        // The whole cycle leaves the search, so that another one through the same steps is not reported as well.
        void Cut(int from)
        {
            var cycle = path.GetRange(from, path.Count - from);
            found.Add(cycle);
            cycle.ForEach(step => state[step] = 2);
            path.RemoveRange(from, path.Count - from);
        }
    }

    /// <summary>Takes away as many dependencies as it needs for an order to exist, and says which steps were in or behind a cycle.</summary>
    public static IReadOnlyList<int> Break(GraphStep[] steps)
    {
        var waitingFor = steps.Select(step => step.DependsOn.Count).ToArray();
        var dependents = new List<int>?[steps.Length];
        for (var step = 0; step < steps.Length; step++)
        {
            foreach (var dependency in steps[step].DependsOn)
            {
                (dependents[dependency] ??= []).Add(step);
            }
        }

        var free = new Queue<int>(Enumerable.Range(0, steps.Length).Where(step => waitingFor[step] == 0));
        while (free.TryDequeue(out var step))
        {
            foreach (var dependent in dependents[step] ?? [])
            {
                if (--waitingFor[dependent] == 0)
                {
                    free.Enqueue(dependent);
                }
            }
        }

        var stuck = Enumerable.Range(0, steps.Length).Where(step => waitingFor[step] > 0).ToList();
        foreach (var step in stuck)
        {
            // Among stuck steps only dependencies on earlier ones are kept: they cannot form a cycle.
            steps[step] = steps[step] with { DependsOn = [.. steps[step].DependsOn.Where(dependency => waitingFor[dependency] == 0 || dependency < step)] };
        }

        return stuck;
    }
}
