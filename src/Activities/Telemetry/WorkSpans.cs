using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Telemetry;

/// <summary>The spans of calls to models and tools, inside the span of their attempt. Without a listener nothing is made. Thread-safe.</summary>
/// <param name="content">Whether they carry prompts, answers, inputs and results.</param>
internal sealed class WorkSpans(ActivitySource source, bool content)
{
    /// <summary>Begins the span of a call to a model; null: no listener wants it.</summary>
    public Activity? StartCall(PreparedRun run, PreparedStep step, IChatClient client, PromptRequest request, DateTimeOffset startedAt)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        var server = client.GetService<ChatClientMetadata>();
        var prompt = step.Prompt is null ? null : run.Prompts[step.Prompt];
        var span = source.StartActivity($"{TelemetryNames.Chat} {request.Model}", ActivityKind.Client, default(ActivityContext), startTime: startedAt)?
            .SetTag(TelemetryNames.Operation, TelemetryNames.Chat)
            .SetTag(TelemetryNames.Provider, Provider(server))
            .SetTag(TelemetryNames.RequestModel, request.Model)
            .SetTag(TelemetryNames.RequestStream, true)
            .SetTag(TelemetryNames.RequestTemperature, request.Temperature)
            .SetTag(TelemetryNames.RequestMaxTokens, request.MaxTokens)
            .SetTag(TelemetryNames.RequestReasoning, request.Reasoning is { } effort ? TelemetryWords.Of(effort) : null)
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

    /// <summary>Begins the span of a call to a tool; null: no listener wants it.</summary>
    /// <param name="input">Without the values of secrets.</param>
    public Activity? StartTool(string tool, JsonObject? input, DateTimeOffset startedAt)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        return source.StartActivity($"{TelemetryNames.ExecuteTool} {tool}", ActivityKind.Internal, default(ActivityContext), startTime: startedAt)?
            .SetTag(TelemetryNames.Operation, TelemetryNames.ExecuteTool)
            .SetTag(TelemetryNames.ToolName, tool)
            .SetTag(TelemetryNames.ToolArguments, content ? input?.ToJsonString() : null);
    }

    /// <param name="result">Without the values of secrets.</param>
    public void EndTool(Activity? span, JsonNode? result, ErrorKind? error, DateTimeOffset endedAt)
    {
        if (span is not null)
        {
            span.SetTag(TelemetryNames.ToolResult, content ? result?.ToJsonString() : null);
            End(span, error, endedAt);
        }
    }

    /// <summary>The provider by its name in the conventions; a run with mocks asks none.</summary>
    internal static string Provider(ChatClientMetadata? server) =>
        server?.ProviderUri?.Host.Contains(".azure.", StringComparison.Ordinal) == true ? "azure.ai.openai" : server?.ProviderName ?? "mock";

    private static void End(Activity span, ErrorKind? error, DateTimeOffset endedAt)
    {
        if (error is { } kind)
        {
            span.SetTag(TelemetryNames.ErrorType, TelemetryWords.Of(kind)).SetStatus(ActivityStatusCode.Error);
        }

        span.SetEndTime(endedAt.UtcDateTime);
    }

    private static string Message(string role, string text) =>
        new JsonArray(new JsonObject { ["role"] = role, ["parts"] = new JsonArray(Text(text)) }).ToJsonString();

    private static JsonObject Text(string content) => new() { ["type"] = "text", ["content"] = content };
}
