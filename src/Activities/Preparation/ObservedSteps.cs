using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Finds which steps read how others ended (<c>status</c>, <c>error</c>, <c>usage</c>). The scheduler's decisions about a step are in no record, so
/// the scheduler passes them to the steps that read them.
/// </summary>
internal static class ObservedSteps
{
    private static readonly string[] DecidedMembers = ["status", "error", "usage"];

    /// <returns>The run whose plan lists, per step and for the outputs, the steps that are observed.</returns>
    public static PreparedRun Apply(PreparedRun run)
    {
        var nodes = run.Plan.Steps.ToArray();
        for (var position = 0; position < nodes.Length; position++)
        {
            var step = run.Steps[position];
            if (run.Executes(step))
            {
                var extra = StepTemplates.Extra(step);
                nodes[position] = nodes[position] with { Observes = Of(run, StepTemplates.AllPaths(run, step), extra) };
            }
        }

        var outputs = (run.Outputs ?? []).Select(output => ValuePath.TryParse(output.Value, out var path, out _) ? path : null).OfType<ValuePath>();
        return run with { Plan = run.Plan with { Steps = nodes, Observes = Of(run, outputs, ExtraNames.None) } };
    }

    private static List<int>? Of(PreparedRun run, IEnumerable<ValuePath> paths, ExtraNames extra)
    {
        var found = new SortedSet<int>();
        foreach (var path in paths)
        {
            if (run.Names.TryResolve(path, extra, out var reference, out _)
                && (reference.Kind == ReferenceKind.StepRecord || reference.MayBeStepRecord)
                && (path.Segments.Count == reference.Consumed || DecidedMembers.Contains(path.Segments[reference.Consumed])))
            {
                found.Add(reference.Steps[0]);
            }
        }

        return found.Count == 0 ? null : [.. found];
    }
}
