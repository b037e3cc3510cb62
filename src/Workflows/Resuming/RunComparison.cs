using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Resuming;

/// <summary>Finds what differs between what two attempts execute.</summary>
public static class RunComparison
{
    /// <param name="given">Whether a step's output is given by hand now, by id.</param>
    /// <param name="mocks">Whether mocks are brought along, in place of those before.</param>
    public static RunChanges Between(PreparedRun before, PreparedRun run, Func<string, bool> given, bool mocks)
    {
        var options = Differences(Json(before.Options), Json(run.Options)).ToList();
        var models = !options.Contains("model", StringComparer.Ordinal);
        var earlier = before.Steps.Select((step, position) => (step.Id, position)).ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
        var now = run.Steps.Select(step => step.Id).ToHashSet(StringComparer.Ordinal);
        return new RunChanges
        {
            Inputs = [.. Differences(before.Inputs, run.Inputs)],
            Outputs = [.. run.Steps.Select(step => step.Id).Where(given)],
            Steps = [.. run.Steps.Select((step, position) => (step.Id, position))
                .Where(step => !earlier.TryGetValue(step.Id, out var then) || Content(before, then, models) != Content(run, step.position, models))
                .Select(step => step.Id)],
            Removed = [.. before.Steps.Select(step => step.Id).Where(id => !now.Contains(id))],
            Options = [.. options, .. before.Environment == run.Environment ? [] : (string[])["environment"], .. mocks ? (string[])["mocks"] : []],
        };
    }

    private static IEnumerable<string> Differences(JsonObject before, JsonObject now) => before.Select(member => member.Key)
        .Union(now.Select(member => member.Key), StringComparer.Ordinal)
        .Where(name => before.ContainsKey(name) != now.ContainsKey(name) || !JsonNode.DeepEquals(before[name], now[name]));

    private static JsonObject Json(RunOptions options) => (JsonObject)JsonSerializer.SerializeToNode(options, WorkflowJson.Compact)!;

    /// <summary>All that the definition says of a step, and its prompt: with ids, since a position moves when a step is put before it.</summary>
    /// <param name="models">False: another model was asked for in all steps, which is said once.</param>
    private static string Content(PreparedRun run, int position, bool models)
    {
        var step = run.Steps[position];
        var node = run.Plan.Steps[position];
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        string Id(int other) => run.Steps[other].Id;
        object? Action(FailureAction action) => new { action.Kind, Step = action.Step is { } other ? Id(other) : null };
        return JsonSerializer.Serialize(
            new
            {
                Step = step with { MockedBefore = 0, Stream = false, Prompt = null, UsesDefaultModel = null, Models = models && step.UsesDefaultModel != true ? step.Models : [] },
                prompt?.Text,
                prompt?.System,
                DependsOn = node.DependsOn.Select(Id),
                node.Join,
                node.Retry,
                node.StepTimeoutMs,
                node.IsFallback,
                node.IsFinal,
                OnError = node.OnError is { } rule ? new { Default = Action(rule.Default), ByKind = rule.ByKind.ToDictionary(item => item.Key, item => Action(item.Value)) } : null,
            },
            WorkflowJson.Compact);
    }
}
