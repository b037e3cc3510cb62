using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// What an attempt that resumes a run does differently from the attempt before it, or a fork from the run that it was forked from. Stored with the
/// attempt. Immutable.
/// </summary>
public sealed record RunChanges
{
    /// <summary>The names of inputs that have another value. Default none.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>The ids of steps whose output was given by hand, in definition order. Default none.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>The ids of steps whose definition or prompt has changed, and of new steps, in definition order. Default none.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The ids of steps that were removed, in the order of the earlier definition. Default none.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];

    /// <summary>The names of options that have another value, as in a start request. Default none.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Compares what two attempts execute.</summary>
    /// <param name="before">The earlier attempt.</param>
    /// <param name="run">The attempt that resumes it.</param>
    /// <param name="given">Whether the output of a step, by id, is given by hand in this request.</param>
    /// <param name="mocks">Whether this request has mocks, which replace the earlier ones.</param>
    public static RunChanges Between(PreparedRun before, PreparedRun run, Func<string, bool> given, bool mocks)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(run);
        var options = Differences(Json(before.Options), Json(run.Options)).ToList();
        var models = !options.Contains("model", StringComparer.Ordinal);
        return new RunChanges
        {
            Inputs = [.. Differences(before.Inputs, run.Inputs)],
            Outputs = [.. run.Steps.Select(step => step.Id).Where(given)],
            Steps = [.. run.Steps.Select((step, position) => (step.Id, position))
                .Where(step => before.PositionOf(step.Id) is not { } then || Content(before, then, models) != Content(run, step.position, models))
                .Select(step => step.Id)],
            Removed = [.. before.Steps.Select(step => step.Id).Where(id => run.PositionOf(id) is null)],
            Options = [.. options, .. before.Environment == run.Environment ? [] : (string[])["environment"], .. mocks ? (string[])["mocks"] : []],
        };
    }

    private static IEnumerable<string> Differences(JsonObject before, JsonObject now) => before.Select(member => member.Key)
        .Union(now.Select(member => member.Key), StringComparer.Ordinal)
        .Where(name => before.ContainsKey(name) != now.ContainsKey(name) || !JsonNode.DeepEquals(before[name], now[name]));

    private static JsonObject Json(RunOptions options) => (JsonObject)JsonSerializer.SerializeToNode(options, WorkflowJson.Compact)!;

    /// <summary>The definition of a step and its prompt, with ids: the positions of steps change when a step is inserted before them.</summary>
    /// <param name="models">Whether the models count: not when the run's model option has changed, which <see cref="Options"/> lists once.</param>
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
                Step = step with
                {
                    MockedBefore = 0,
                    Stream = false,
                    Prompt = null,
                    UsesDefaultModel = null,
                    Models = models && step.UsesDefaultModel != true ? step.Models : [],
                },
                prompt?.Text,
                prompt?.System,
                DependsOn = node.DependsOn.Select(Id),
                node.Join,
                node.Retry,
                node.StepTimeoutMs,
                node.IsFallback,
                node.IsFinal,
                OnError = node.OnError is { } rule
                    ? new { Default = Action(rule.Default), ByKind = rule.ByKind.ToDictionary(item => item.Key, item => Action(item.Value)) }
                    : null,
            },
            WorkflowJson.Compact);
    }
}
