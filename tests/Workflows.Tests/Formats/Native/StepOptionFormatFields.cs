using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>The options of steps.</summary>
internal static class StepOptionFormatFields
{
    public static IEnumerable<FormatField> All =>
    [
        Of("stream", "\"stream\": false", options => options.Stream, "false", "\"stream\": «\"no\"", DiagnosticCodes.WrongType),
        Of("model", "\"model\": \"m\"", options => options.Model, "\"m\"", "\"model\": «\"m\", \"models\": [\"n\"]", DiagnosticCodes.WrongValue),
        Of("models", "\"models\": [\"m\", \"n\"]", options => options.Models, "[\"m\",\"n\"]", "\"models\": «[]", DiagnosticCodes.WrongValue),
        Of("temperature", "\"temperature\": 0.2", options => options.Temperature, "0.2", "\"temperature\": «2.1", DiagnosticCodes.WrongValue),
        Of("reasoning", "\"reasoning\": \"xhigh\"", options =>
            options.Reasoning == ReasoningEffort.Xhigh, "true", "\"reasoning\": «\"lots\"", DiagnosticCodes.WrongValue),
        Of("maxTokens", "\"maxTokens\": 800", options => options.MaxTokens, "800", "\"maxTokens\": «0", DiagnosticCodes.WrongValue),
        Of("timeout", "\"timeout\": 20000", options => options.Timeout, "20000", "\"timeout\": «0", DiagnosticCodes.WrongValue),
        Of("stepTimeout", "\"stepTimeout\": 60000", options => options.StepTimeout, "60000", "\"stepTimeout\": «true", DiagnosticCodes.WrongType),
        Of("retryCount", "\"retryCount\": 0", options => options.RetryCount, "0", "\"retryCount\": «101", DiagnosticCodes.WrongValue),
        Of("retry", "\"retry\": {}", options => options.Retry, "{}", "\"retryCount\": «1, \"retry\": {}", DiagnosticCodes.WrongValue),
        Of("retry.maxAttempts", "\"retry\": { \"maxAttempts\": 4 }", options =>
            options.Retry!.MaxAttempts, "4", "\"retry\": { \"maxAttempts\": «0 }", DiagnosticCodes.WrongValue),
        Of("retry.firstInterval", "\"retry\": { \"firstInterval\": 500 }", options =>
            options.Retry!.FirstInterval, "500", "\"retry\": { \"firstInterval\": «-1 }", DiagnosticCodes.WrongValue),
        Of("retry.backoff", "\"retry\": { \"backoff\": 1.5 }", options =>
            options.Retry!.Backoff, "1.5", "\"retry\": { \"backoff\": «0.5 }", DiagnosticCodes.WrongValue),
        Of("retry.maxInterval", "\"retry\": { \"maxInterval\": 30000 }", options =>
            options.Retry!.MaxInterval, "30000", "\"retry\": { \"maxInterval\": «\"30s\" }", DiagnosticCodes.WrongType),
        Of("retry.on", "\"retry\": { \"on\": [\"rateLimited\", \"timeout\"] }", options =>
            options.Retry!.On, "[\"rateLimited\",\"timeout\"]", "\"retry\": { \"on\": [\"timeout\", «\"rateLimit\"] }", DiagnosticCodes.WrongValue),
        Of("outputTransform", "\"outputTransform\": \"extractScores\"", options =>
            options.OutputTransform, "\"extractScores\"", "\"outputTransform\": «\"extractScore\"", DiagnosticCodes.UnknownTransform),
        Of("onError", "\"onError\": \"continue\"", options =>
            options.OnError!.Default.Kind == ErrorActionKind.Continue, "true", "\"onError\": «\"ignore\"", DiagnosticCodes.WrongValue),
        Of("onError.*", "\"onError\": { \"contentFiltered\": { \"step\": \"b\" }, \"default\": \"fail\" }", options =>
            options.OnError!.ByKind[0].Value.Step, "\"b\"", "\"onError\": { \"contentFilter\": «\"continue\" }", DiagnosticCodes.WrongValue),
        Of("onError.*.step", "\"onError\": { \"timeout\": { \"step\": \"b\" } }", options =>
            options.OnError!.ByKind[0].Key, "\"timeout\"", "\"onError\": { \"timeout\": «{} }", DiagnosticCodes.MissingProperty),
        Of("fallback", "\"fallback\": { \"value\": null }", options =>
            options.Fallback is { Step: null, Value: null }, "true", "\"fallback\": «{}", DiagnosticCodes.WrongValue),
        Of("fallback.value", "\"fallback\": { \"value\": \"n/a\" }", options =>
            options.Fallback!.Value, "\"n/a\"", "\"fallback\": «{ \"value\": \"n/a\", \"step\": \"b\" }", DiagnosticCodes.WrongValue),
        Of("fallback.transformed", "\"outputTransform\": \"parseJson\", \"fallback\": { \"value\": \"n/a\", \"transformed\": 5 }", options =>
            options.Fallback!.Transformed, "5", "\"fallback\": { \"step\": \"b\", \"transformed\": «5 }", DiagnosticCodes.WrongValue),
        Of("fallback.step", "\"fallback\": { \"step\": \"b\" }", options =>
            options.Fallback!.Step, "\"b\"", "\"fallback\": { \"step\": «\"c\" }", DiagnosticCodes.UnknownStep),
        Of("cache", "\"cache\": true", options => options.Cache, "true", "\"cache\": «\"true\"", DiagnosticCodes.WrongType),
        Of("estimatedMs", "\"estimatedMs\": 2000", options => options.EstimatedMs, "2000", "\"estimatedMs\": «-5", DiagnosticCodes.WrongValue),
    ];

    private static FormatField Of(string name, string written, Func<StepOptions, object?> value, string expected, string wrong, string code) =>
        new($"steps.options.{name}", FormatFrame.StepOptions, written, workflow => value(workflow.Steps[1].Options), expected, wrong, code);
}
