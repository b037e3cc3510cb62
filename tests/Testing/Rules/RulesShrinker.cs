using System.Text.Json.Nodes;

namespace Orchestrator.Testing.Rules;

/// <summary>Makes a failing case smaller, one step, feature, answer or request at a time, as long as it still fails.</summary>
public static class RulesShrinker
{
    /// <summary>Members that define a step: without them the case would be a different one.</summary>
    private static readonly string[] Kept = ["id", "type", "tool", "prompt", "input", "mode", "from", "until", "max", "defaultModel"];

    /// <param name="fails">Whether a case still fails.</param>
    public static RulesCase Shrink(RulesCase item, Func<RulesCase, bool> fails)
    {
        ArgumentNullException.ThrowIfNull(fails);
        for (var smaller = item; smaller is not null;)
        {
            item = smaller;

            // The rest may be refused because of what was removed.
            smaller = Smaller(item).Select(candidate => candidate with { MayBeRefused = "made smaller" }).FirstOrDefault(fails);
        }

        return item;
    }

    private static IEnumerable<RulesCase> Smaller(RulesCase item)
    {
        var steps = item.Definition["steps"]!.AsArray();
        foreach (var id in steps.Select(step => (string)step!["id"]!).Reverse())
        {
            yield return Without(item, id);
        }

        for (var index = 0; index < item.Requests.Count; index++)
        {
            yield return item with { Requests = [.. item.Requests.Where((_, other) => other != index)] };
        }

        foreach (var path in Members(item.Definition))
        {
            var definition = (JsonObject)item.Definition.DeepClone();
            Remove(definition, path);
            yield return item with { Definition = definition };
        }

        foreach (var (id, answers) in item.Answers)
        {
            for (var index = answers!.AsArray().Count - 1; index >= 0; index--)
            {
                var fewer = (JsonObject)item.Answers.DeepClone();
                fewer[id]!.AsArray().RemoveAt(index);
                yield return item with { Answers = fewer };
            }
        }
    }

    private static RulesCase Without(RulesCase item, string id)
    {
        var definition = (JsonObject)item.Definition.DeepClone();
        var steps = definition["steps"]!.AsArray();
        steps.RemoveAt(steps.Select((step, index) => (step, index)).First(entry => (string)entry.step!["id"]! == id).index);
        foreach (var step in steps.OfType<JsonObject>())
        {
            Forget(step, id);
        }

        Drop(definition["finally"] as JsonArray, id);
        var answers = (JsonObject)item.Answers.DeepClone();
        answers.Remove(id);
        return item with
        {
            Definition = definition,
            Answers = answers,
            Requests = [.. item.Requests.Where(request => request.Step != id || request.AtMs > 0)]
        };
    }

    private static void Forget(JsonObject step, string id)
    {
        Drop(step["dependsOn"] as JsonArray, id);
        Drop(step["from"] as JsonArray, id);
        if ((string?)step["prompt"] is { } prompt)
        {
            step["prompt"] = prompt.Replace($"{{{{{id}}}}}", "", StringComparison.Ordinal);
        }

        if ((string?)step["input"]?["seen"] is { } seen)
        {
            step["input"]!["seen"] = seen.Replace($"{{{{{id}}}}}", "", StringComparison.Ordinal);
        }

        if (((string?)step["when"])?.Contains($"steps.{id}.", StringComparison.Ordinal) == true)
        {
            step.Remove("when");
        }

        if (step["options"] is not JsonObject options)
        {
            return;
        }

        if ((string?)options["fallback"]?["step"] == id)
        {
            options.Remove("fallback");
            options.Remove("onError");
        }
        else if (options["onError"] is JsonObject rules && rules.Any(rule => rule.Value is JsonObject action && (string?)action["step"] == id))
        {
            options.Remove("onError");
        }
    }

    private static void Drop(JsonArray? texts, string id)
    {
        for (var index = (texts?.Count ?? 0) - 1; index >= 0; index--)
        {
            if ((string)texts![index]! == id)
            {
                texts.RemoveAt(index);
            }
        }
    }

    /// <summary>All members of objects, and elements of lists of texts, that may be left out.</summary>
    private static List<object[]> Members(JsonObject definition)
    {
        var found = new List<object[]>();
        Walk(definition, []);
        return found;

        void Walk(JsonNode? node, object[] path)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, value) in members)
                    {
                        object[] place = [.. path, name];
                        if (!Kept.Contains(name) && name is not ("steps" or "inputs"))
                        {
                            found.Add(place);
                        }

                        if (name is not ("inputs" or "input"))
                        {
                            Walk(value, place);
                        }
                    }

                    break;
                case JsonArray items:
                    for (var index = 0; index < items.Count; index++)
                    {
                        object[] place = [.. path, index];
                        if (items[index] is JsonValue)
                        {
                            found.Add(place);
                        }

                        Walk(items[index], place);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static void Remove(JsonNode node, ReadOnlySpan<object> path)
    {
        while (path.Length > 1)
        {
            node = path[0] is int index ? node[index]! : node[(string)path[0]]!;
            path = path[1..];
        }

        if (path[0] is int last)
        {
            node.AsArray().RemoveAt(last);
        }
        else
        {
            node.AsObject().Remove((string)path[0]);
        }
    }
}
