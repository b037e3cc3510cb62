using System.Text.Json.Nodes;
using Orchestrator.Activities.Mocks;

namespace Orchestrator.Bench.App;

/// <summary>A workflow to measure: layers of equal width, each step with one or two dependencies in the layer before its own.</summary>
internal sealed record LayersCase(string Name, int Layers, int Width, int LatencyMs, int MaxParallelism) : IWorkload
{
    public int Steps => Layers * Width;

    public int LatencyMsOf(int step) => LatencyMs;

    public static string Id(int step) => $"s{step}";

    public static string Answer(int step) => $"answer {step}";

    /// <summary>A chain has one; elsewhere every second step has two.</summary>
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

/// <summary>A workflow to measure, whose steps are numbered in an order in which they may run. Each answers <see cref="LayersCase.Answer"/>.</summary>
internal interface IWorkload
{
    public string Name { get; }

    public int Steps { get; }

    /// <summary>Steps of one run at a time.</summary>
    public int MaxParallelism { get; }

    /// <summary>How long the step's mock takes to answer, in milliseconds.</summary>
    public int LatencyMsOf(int step);

    /// <summary>The steps whose answers it gets: lower numbers only.</summary>
    public IReadOnlyList<int> DependsOn(int step);
}

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
