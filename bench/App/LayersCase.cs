using System.Text.Json.Nodes;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Bench.App;

/// <summary>A workflow of layers of equal width. Each step depends on one or two steps of the layer before.</summary>
/// <param name="InMemory">Whether nothing is written to files.</param>
internal sealed record LayersCase(string Name, int Layers, int Width, int LatencyMs, int MaxParallelism, bool InMemory = false) : IWorkload
{
    public int Steps => Layers * Width;

    public int LatencyMsOf(int step) => LatencyMs;

    public static string Id(int step) => $"s{step}";

    public static string Answer(int step) => $"answer {step}";

    /// <summary>One step in a chain; in wider layers every second step has two.</summary>
    public IReadOnlyList<int> DependsOn(int step)
    {
        var (layer, place) = (step / Width, step % Width);
        if (layer == 0)
        {
            return [];
        }

        var before = (layer - 1) * Width;
        return Width > 1 && place % 2 == 1 ? [before + place, before + ((place + 7) % Width)] : [before + place];
    }
}

/// <summary>A workflow to measure. Its steps are numbered in topological order, and each answers <see cref="LayersCase.Answer"/>.</summary>
internal interface IWorkload
{
    public string Name { get; }

    public int Steps { get; }

    /// <summary>How many steps may execute at one time.</summary>
    public int MaxParallelism { get; }

    /// <summary>The latency of the step's mock in milliseconds.</summary>
    public int LatencyMsOf(int step);

    /// <summary>The steps whose answers the step gets; all have lower numbers.</summary>
    public IReadOnlyList<int> DependsOn(int step);
}

/// <summary>Writes a workload as a definition and mocks with an answer for every step.</summary>
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

    public static MockScript Mocks(IWorkload workload) => MockScript.TryParse(MocksJson(workload).ToJsonString(), out var script, out var problems)
        ? script
        : throw new InvalidOperationException(problems[0].Message);

    /// <summary>The mocks as requests have them.</summary>
    public static JsonObject MocksJson(IWorkload workload)
    {
        var steps = new JsonObject();
        for (var step = 0; step < workload.Steps; step++)
        {
            steps[LayersCase.Id(step)] = new JsonArray(
                new JsonObject { ["output"] = LayersCase.Answer(step), ["latencyMs"] = workload.LatencyMsOf(step) });
        }

        return new JsonObject { ["steps"] = steps };
    }
}
