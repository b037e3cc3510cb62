using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes the options of a step. Thread-safe.</summary>
internal static class StepOptionsWriter
{
    public static JsonObject Write(StepOptions options)
    {
        var written = new JsonObject();
        written.Put("stream", options.Stream);
        written.Put("model", options.Model);
        written.Put("models", options.Models is { } models ? DocumentMembers.Texts(models) : null);
        written.Put("temperature", options.Temperature);
        written.Put("reasoning", DocumentMembers.Name(options.Reasoning));
        written.Put("maxTokens", options.MaxTokens);
        written.Put("timeout", options.Timeout);
        written.Put("stepTimeout", options.StepTimeout);
        written.Put("retryCount", options.RetryCount);
        written.Put("retry", options.Retry is { } retry ? Retry(retry) : null);
        written.Put("outputTransform", options.OutputTransform);
        written.Put("onError", options.OnError is { } rule ? OnError(rule) : null);
        written.Put("fallback", options.Fallback is { } fallback ? Fallback(fallback) : null);
        written.Put("cache", options.Cache);
        written.Put("estimatedMs", options.EstimatedMs);
        return written;
    }

    private static JsonObject Retry(RetryDefinition retry)
    {
        var written = new JsonObject();
        written.Put("maxAttempts", retry.MaxAttempts);
        written.Put("firstInterval", retry.FirstInterval);
        written.Put("backoff", retry.Backoff);
        written.Put("maxInterval", retry.MaxInterval);
        written.Put("on", retry.On is { } kinds ? DocumentMembers.Texts(kinds.Select(kind => EnumNames.Of(kind))) : null);
        return written;
    }

    /// <summary>One action for all kinds is written as itself; a step that takes over can be written only in an object by kind.</summary>
    private static JsonNode OnError(ErrorRule rule)
    {
        if (rule.ByKind.Count == 0 && rule.Default.Step is null)
        {
            return Action(rule.Default);
        }

        var written = new JsonObject();
        foreach (var (kind, action) in rule.ByKind)
        {
            written.Add(EnumNames.Of(kind), Action(action));
        }

        written.Put("default", rule.Default.Kind == ErrorActionKind.Fail ? null : Action(rule.Default));
        return written;
    }

    private static JsonNode Action(ErrorAction action) =>
        action.Step is { } step ? new JsonObject { ["step"] = step } : EnumNames.Of(action.Kind);

    private static JsonObject Fallback(FallbackDefinition fallback)
    {
        if (fallback.Step is { } step)
        {
            return new JsonObject { ["step"] = step };
        }

        var written = new JsonObject { ["value"] = fallback.Value?.DeepClone() };
        if (fallback.HasTransformed)
        {
            written["transformed"] = fallback.Transformed?.DeepClone();
        }

        return written;
    }
}
