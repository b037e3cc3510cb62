using System.Text.Json.Nodes;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// A workflow made from a seed, its inputs, and edits of both. Every step says all that it depends on, so that a changed output changes what comes
/// after.
/// </summary>
internal sealed class RandomWorkflow
{
    private readonly Random _random;
    private readonly List<JsonObject> _steps = [];

    public RandomWorkflow(int seed)
    {
        _random = new Random(seed);
        Inputs = new JsonObject { ["x"] = "x0", ["y"] = "y0", ["z"] = "z0" };
        var count = _random.Next(3, 11);
        for (var position = 0; position < count; position++)
        {
            _steps.Add(Step(position));
        }
    }

    public JsonObject Inputs { get; private set; }

    public IReadOnlyList<string> Ids => [.. _steps.Select(step => step["id"]!.GetValue<string>())];

    public string Definition => new JsonObject
    {
        ["options"] = new JsonObject { ["parallelBatchDelay"] = 0, ["defaultModel"] = "m", ["onStepFailure"] = "continue" },
        ["inputs"] = new JsonObject(Inputs.Select(input => KeyValuePair.Create(input.Key, (JsonNode?)new JsonObject { ["type"] = "string" }))),
        ["steps"] = new JsonArray([.. _steps.Select(step => step.DeepClone())]),
    }.ToJsonString();

    /// <summary>The words of the prompts that are refused at first.</summary>
    public HashSet<string> Refused() => [.. Ids.Where(_ => _random.Next(4) == 0).Select(id => $"<{id}>")];

    /// <summary>Changes something that changes results, or something that does not.</summary>
    public string Edit()
    {
        var step = _steps[_random.Next(_steps.Count)];
        var id = step["id"]!.GetValue<string>();
        switch (_random.Next(6))
        {
            case 0:
                step["prompt"] = step["prompt"]!.GetValue<string>() + " Please.";
                return $"prompt of {id}";
            case 1:
                var input = "xyz"[_random.Next(3)].ToString();
                Inputs = (JsonObject)Inputs.DeepClone();
                Inputs[input] = Inputs[input]!.GetValue<string>() + "'";
                return $"input {input}";
            case 2:
                step["description"] = "Another description.";
                step["options"] = new JsonObject { ["timeout"] = 60_000, ["estimatedMs"] = 5 };
                return $"nothing that counts of {id}";
            case 3:
                step["when"] = step["when"] is null ? "inputs.x != 'never'" : null;
                return $"condition of {id}";
            case 4 when step["dependsOn"] is JsonArray { Count: > 0 } dependencies:
                var gone = dependencies[0]!.GetValue<string>();
                dependencies.RemoveAt(0);
                step["prompt"] = step["prompt"]!.GetValue<string>().Replace($"{{{{{gone}}}}}", "-", StringComparison.Ordinal);
                if (step["when"]?.GetValue<string>().Contains($"steps.{gone}.", StringComparison.Ordinal) == true)
                {
                    step["when"] = null;
                }

                return $"{id} without {gone}";
            default:
                _steps.Add(Step(_steps.Count));
                return "one step more";
        }
    }

    private JsonObject Step(int position)
    {
        var dependencies = Enumerable.Range(0, position).Where(_ => _random.Next(3) == 0).Select(other => $"s{other}").ToList();
        var named = string.Concat(dependencies.Select(id => $" {{{{{id}}}}}")) + (_random.Next(2) == 0 ? $" {{{{{"xyz"[_random.Next(3)]}}}}}" : "");
        var step = new JsonObject
        {
            ["id"] = $"s{position}",
            ["prompt"] = $"<s{position}>{named}",
            ["dependsOn"] = new JsonArray([.. dependencies.Select(id => (JsonNode)id)]),
        };
        if (dependencies.Count > 0 && _random.Next(5) == 0)
        {
            step["join"] = "settled";
        }

        if (_random.Next(6) == 0)
        {
            step["when"] = _random.Next(2) == 0
                ? "inputs.x == 'x0'"
                : dependencies.Count > 0 ? $"contains(coalesce(steps.{dependencies[0]}.output, ''), '1')" : "inputs.y == 'y0'";
        }

        return step;
    }
}
