using System.Text.Json.Nodes;
using Orchestrator.Activities.Mocks;

namespace Orchestrator.Bench.Layers;

/// <summary>Writes a case as what a user would give: the definition's text and a mock script with an answer for every step.</summary>
internal static class LayersDefinition
{
    public static byte[] Text(IWorkload workload)
    {
        var steps = new JsonArray();
        for (var step = 0; step < workload.Steps; step++)
        {
            var dependencies = workload.DependsOn(step).Select(LayersCase.Id).ToList();
            steps.Add((JsonNode)new JsonObject
            {
                ["id"] = LayersCase.Id(step),
                ["prompt"] = $"Part {step} on {{{{topic}}}}.{string.Concat(dependencies.Select(id => $" After {{{{{id}}}}}."))}",
                ["dependsOn"] = new JsonArray([.. dependencies.Select(id => (JsonNode)id)]),
            });
        }

        var definition = new JsonObject
        {
            ["slug"] = "bench",
            ["inputs"] = new JsonObject { ["topic"] = new JsonObject { ["type"] = "string", ["required"] = true } },
            ["options"] = new JsonObject { ["maxParallelism"] = workload.MaxParallelism, ["parallelBatchDelay"] = 0 },
            ["steps"] = steps,
        };
        return System.Text.Encoding.UTF8.GetBytes(definition.ToJsonString());
    }

    public static MockScript Mocks(IWorkload workload)
    {
        var steps = new JsonObject();
        for (var step = 0; step < workload.Steps; step++)
        {
            steps[LayersCase.Id(step)] = new JsonArray(new JsonObject { ["output"] = LayersCase.Answer(step), ["latencyMs"] = workload.LatencyMsOf(step) });
        }

        return MockScript.TryParse(new JsonObject { ["steps"] = steps }.ToJsonString(), out var script, out var problems)
            ? script
            : throw new InvalidOperationException(problems[0].Message);
    }
}
