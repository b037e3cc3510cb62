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
}
