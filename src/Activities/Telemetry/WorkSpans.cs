using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Creates the spans of calls to models and tools, inside the span of their attempt. Without a listener none is created. Thread-safe.
/// </summary>
/// <param name="content">Whether spans carry prompts, answers, inputs and results.</param>
internal sealed class WorkSpans(ActivitySource source, bool content)
{
    /// <summary>Starts the span of a call to a model; null when nothing listens.</summary>
    public Activity? StartCall(PreparedRun run, PreparedStep step, IChatClient client, PromptRequest request, DateTimeOffset startedAt)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        var server = client.GetService<ChatClientMetadata>();
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var name = $"{TelemetryNames.Chat} {request.Model}";
        var span = source.StartActivity(name, ActivityKind.Client, default(ActivityContext), startTime: startedAt)?
            .SetTag(TelemetryNames.Operation, TelemetryNames.Chat)
            .SetTag(TelemetryNames.Provider, Provider(server))
            .SetTag(TelemetryNames.RequestModel, request.Model)
            .SetTag(TelemetryNames.RequestStream, true)
            .SetTag(TelemetryNames.RequestTemperature, request.Temperature)
            .SetTag(TelemetryNames.RequestMaxTokens, request.MaxTokens)
            .SetTag(TelemetryNames.RequestReasoning, request.Reasoning is { } effort ? EnumNames.Of(effort) : null)
            .SetTag(TelemetryNames.PromptName, prompt?.Slug)
            .SetTag(TelemetryNames.PromptVersion, prompt?.Version)
            .SetTag(TelemetryNames.ServerAddress, server?.ProviderUri?.Host)
            .SetTag(TelemetryNames.ServerPort, server?.ProviderUri?.Port);
        if (content)
        {
            span?.SetTag(TelemetryNames.InputMessages, Message("user", request.Prompt))
                .SetTag(TelemetryNames.SystemInstructions, request.System is { } system ? new JsonArray(Text(system)).ToJsonString() : null);
        }

        return span;
    }

    /// <summary>Ends the span of a call to a model; null does nothing.</summary>
    /// <param name="error">Why there is no answer; null when there is one.</param>
    public void EndCall(Activity? span, TokenUsage usage, PromptCall call, ErrorKind? error, DateTimeOffset endedAt)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag(TelemetryNames.InputTokens, usage.InputTokens)
            .SetTag(TelemetryNames.OutputTokens, usage.OutputTokens)
            .SetTag(TelemetryNames.CacheReadTokens, usage.CachedTokens > 0 ? usage.CachedTokens : null)
            .SetTag(TelemetryNames.CacheWriteTokens, usage.CacheWriteTokens > 0 ? usage.CacheWriteTokens : null)
            .SetTag(TelemetryNames.CostDollars, (double?)usage.EstimatedCost);
        if (content && call.Text is { Length: > 0 } text)
        {
            span.SetTag(TelemetryNames.OutputMessages, Message("assistant", text));
        }

        End(span, error, endedAt);
    }

    /// <summary>Starts the span of a call to a tool; null when nothing listens.</summary>
    /// <param name="input">The input, with secrets masked.</param>
    public Activity? StartTool(string tool, JsonObject? input, DateTimeOffset startedAt)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        var name = $"{TelemetryNames.ExecuteTool} {tool}";
        return source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: startedAt)?
            .SetTag(TelemetryNames.Operation, TelemetryNames.ExecuteTool)
            .SetTag(TelemetryNames.ToolName, tool)
            .SetTag(TelemetryNames.ToolArguments, content ? input?.ToJsonString() : null);
    }

    /// <summary>Ends the span of a call to a tool; null does nothing.</summary>
    /// <param name="result">The result, with secrets masked; null when it failed.</param>
    /// <param name="error">Why it failed; null when it succeeded.</param>
    public void EndTool(Activity? span, JsonNode? result, ErrorKind? error, DateTimeOffset endedAt)
    {
        if (span is not null)
        {
            span.SetTag(TelemetryNames.ToolResult, content ? result?.ToJsonString() : null);
            End(span, error, endedAt);
        }
    }

    /// <summary>The provider's name in the conventions; <c>mock</c> in a run with mocks.</summary>
    internal static string Provider(ChatClientMetadata? server) =>
        server?.ProviderUri?.Host.Contains(".azure.", StringComparison.Ordinal) == true ? "azure.ai.openai" : server?.ProviderName ?? "mock";

    private static void End(Activity span, ErrorKind? error, DateTimeOffset endedAt)
    {
        if (error is { } kind)
        {
            span.SetTag(TelemetryNames.ErrorType, EnumNames.Of(kind)).SetStatus(ActivityStatusCode.Error);
        }

        span.SetEndTime(endedAt.UtcDateTime);
    }

    private static string Message(string role, string text) =>
        new JsonArray(new JsonObject { ["role"] = role, ["parts"] = new JsonArray(Text(text)) }).ToJsonString();

    private static JsonObject Text(string content) => new() { ["type"] = "text", ["content"] = content };
}
