namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// Every name in the traces and metrics. Those with <c>gen_ai</c> are from OpenTelemetry's semantic conventions for generative AI, release 0.1.0 of
/// github.com/open-telemetry/semantic-conventions-genai, which is not stable yet: to follow another release, change this file and docs/telemetry.md.
/// </summary>
public static class TelemetryNames
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Source = "Orchestrator";

    internal const string InvokeWorkflow = "invoke_workflow";
    internal const string Chat = "chat";
    internal const string ExecuteTool = "execute_tool";
    internal const string Step = "step";
    internal const string Attempt = "attempt";

    internal const string Operation = "gen_ai.operation.name";
    internal const string Provider = "gen_ai.provider.name";
    internal const string AgentName = "gen_ai.agent.name";
    internal const string PromptName = "gen_ai.prompt.name";
    internal const string PromptVersion = "gen_ai.prompt.version";
    internal const string RequestModel = "gen_ai.request.model";
    internal const string RequestTemperature = "gen_ai.request.temperature";
    internal const string RequestMaxTokens = "gen_ai.request.max_tokens";
    internal const string RequestReasoning = "gen_ai.request.reasoning.level";
    internal const string RequestStream = "gen_ai.request.stream";
    internal const string InputTokens = "gen_ai.usage.input_tokens";
    internal const string OutputTokens = "gen_ai.usage.output_tokens";
    internal const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    internal const string CacheWriteTokens = "gen_ai.usage.cache_write.input_tokens";
    internal const string ToolName = "gen_ai.tool.name";
    internal const string InputMessages = "gen_ai.input.messages";
    internal const string OutputMessages = "gen_ai.output.messages";
    internal const string SystemInstructions = "gen_ai.system_instructions";
    internal const string ToolArguments = "gen_ai.tool.call.arguments";
    internal const string ToolResult = "gen_ai.tool.call.result";
    internal const string ServerAddress = "server.address";
    internal const string ServerPort = "server.port";
    internal const string ErrorType = "error.type";

    internal const string RunId = "orchestrator.run.id";
    internal const string RunAttempt = "orchestrator.run.attempt";
    internal const string StepId = "orchestrator.step.id";
    internal const string StepType = "orchestrator.step.type";
    internal const string StepAttempt = "orchestrator.step.attempt";
    internal const string StepTurn = "orchestrator.step.turn";
    internal const string Status = "orchestrator.status";
    internal const string Reason = "orchestrator.reason";
    internal const string Retries = "orchestrator.retries";
    internal const string Recorded = "orchestrator.recorded";
    internal const string FromCache = "orchestrator.from_cache";
    internal const string FallbackUsed = "orchestrator.fallback_used";
    internal const string QueueSeconds = "orchestrator.queue.duration";
    internal const string CostDollars = "orchestrator.cost";

    internal const string InferenceDuration = "gen_ai.client.inference.duration";
    internal const string InferenceInputTokens = "gen_ai.client.inference.usage.input_tokens";
    internal const string InferenceOutputTokens = "gen_ai.client.inference.usage.output_tokens";
    internal const string Runs = "orchestrator.runs";
    internal const string RunDuration = "orchestrator.run.duration";
    internal const string Steps = "orchestrator.steps";
    internal const string StepDuration = "orchestrator.step.duration";
    internal const string StepQueueDuration = "orchestrator.step.queue.duration";
    internal const string StepsExecuting = "orchestrator.steps.executing";
    internal const string StepRetries = "orchestrator.step.retries";
    internal const string Throttles = "orchestrator.throttles";
    internal const string Cost = "orchestrator.cost";
}
