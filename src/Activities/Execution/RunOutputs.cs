using System.Text.Json.Nodes;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Execution;

/// <summary>Collects the outputs of a completed run.</summary>
internal static class RunOutputs
{
    /// <summary>
    /// The values that the definition's <c>outputs</c> names; without it, as <c>finalOutputs</c> in the seed, the inputs, all outputs and all
    /// transformed outputs.
    /// </summary>
    /// <param name="observed">How the steps ended that the outputs read and that have no output; null when there are none.</param>
    public static async Task<JsonObject> CollectAsync(
        PreparedRun run, CheckpointStore checkpoints, IReadOnlyList<EndedStep>? observed, CancellationToken cancellationToken)
    {
        var values = new StepValues(run, checkpoints, observed: observed);
        if (run.Outputs is { } named)
        {
            var paths = named.Select(output => ValuePath.TryParse(output.Value, out var path, out _) ? path : null).OfType<ValuePath>();
            await values.LoadAsync(paths, cancellationToken);
            return new JsonObject(named.Select(output => KeyValuePair.Create(output.Key, values.Find(output.Value)?.DeepClone())));
        }

        var steps = Enumerable.Range(0, run.Steps.Count).ToList();
        await values.LoadAsync(steps, cancellationToken);
        var outputs = (JsonObject)run.Inputs.DeepClone();
        foreach (var (name, value) in values.ByOutputKey(steps))
        {
            outputs[name] = value?.DeepClone();
        }

        return outputs;
    }
}
