using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>The members of a workflow, without those of its steps.</summary>
internal static class WorkflowFormatFields
{
    public static IEnumerable<FormatField> All =>
    [
        new("id", FormatFrame.Workflow, "\"id\": \"7c0e\"", workflow => workflow.Id, "\"7c0e\"", "\"id\": «7", DiagnosticCodes.WrongType),
        new("slug", FormatFrame.Workflow, "\"slug\": \"a-1\"", workflow => workflow.Slug, "\"a-1\"", "\"slug\": «\"A 1\"", DiagnosticCodes.InvalidId),
        new("name", FormatFrame.Workflow, "\"name\": \"N\"", workflow => workflow.Name, "\"N\"", "\"name\": «[\"N\"]", DiagnosticCodes.WrongType),
        new("description", FormatFrame.Workflow, "\"description\": \"\"", workflow =>
            workflow.Description, "\"\"", "\"description\": «{}", DiagnosticCodes.WrongType),
        new("appName", FormatFrame.Workflow, "\"appName\": \"A\"", workflow =>
            workflow.AppName, "\"A\"", "\"appName\": «true", DiagnosticCodes.WrongType),
        new("$schema", FormatFrame.Workflow, "\"$schema\": \"s\"", workflow => workflow.Name, "null", "\"$schema\": «1", DiagnosticCodes.WrongType),
        new("inputs", FormatFrame.Workflow, "\"inputs\": {}", workflow => workflow.Inputs, "[]", "\"inputs\": «[\"q\"]", DiagnosticCodes.WrongType),
        new("inputs.*", FormatFrame.Workflow, "\"inputs\": { \"q_1\": {} }", workflow =>
            workflow.Inputs![0].Name, "\"q_1\"", "\"inputs\": { «\"q-1\": {} }", DiagnosticCodes.InvalidId),
        new("inputs.*.type", FormatFrame.Workflow, "\"inputs\": { \"q\": { \"type\": \"integer\" } }", workflow =>
            workflow.Inputs![0].Type, "\"integer\"", "\"inputs\": { \"q\": { \"type\": «\"text\" } }", DiagnosticCodes.WrongValue),
        new("inputs.*.required", FormatFrame.Workflow, "\"inputs\": { \"q\": { \"required\": true } }", workflow =>
            workflow.Inputs![0].Required, "true", "\"inputs\": { \"q\": { \"required\": «\"yes\" } }", DiagnosticCodes.WrongType),
        new("inputs.*.default", FormatFrame.Workflow, "\"inputs\": { \"q\": { \"default\": [1.0] } }", workflow =>
            workflow.Inputs![0].Default, "[1.0]", "\"inputs\": { \"q\": { \"type\": \"string\", \"default\": «1 } }", DiagnosticCodes.WrongValue),
        new("inputs.*.maxLength", FormatFrame.Workflow, "\"inputs\": { \"q\": { \"maxLength\": 2e4 } }", workflow =>
            workflow.Inputs![0].MaxLength, "20000", "\"inputs\": { \"q\": { \"maxLength\": «0 } }", DiagnosticCodes.WrongValue),
        new("inputs.*.description", FormatFrame.Workflow, "\"inputs\": { \"q\": { \"description\": \"D\" } }", workflow =>
            workflow.Inputs![0].Description, "\"D\"", "\"inputs\": { \"q\": { «\"descripton\": \"D\" } }", DiagnosticCodes.UnknownProperty),
        new("options", FormatFrame.Workflow, "\"options\": { \"stream\": false }", workflow =>
            workflow.Options.Stream, "false", "\"options\": «true", DiagnosticCodes.WrongType),
        new("options.maxParallelism", FormatFrame.Options, "\"maxParallelism\": 4", workflow =>
            workflow.Options.MaxParallelism, "4", "\"maxParallelism\": «10001", DiagnosticCodes.WrongValue),
        new("options.maxParallelism", FormatFrame.Options, "\"maxParallelism\": \"auto\"", workflow =>
            workflow.Options.AdaptiveParallelism, "true", "\"maxParallelism\": «\"many\"", DiagnosticCodes.WrongType),
        new("options.parallelBatchDelay", FormatFrame.Options, "\"parallelBatchDelay\": 0", workflow =>
            workflow.Options.ParallelBatchDelay, "0", "\"parallelBatchDelay\": «-1", DiagnosticCodes.WrongValue),
        new("options.queueSize", FormatFrame.Options, "\"queueSize\": 500", workflow =>
            workflow.Options.QueueSize, "500", "\"queueSize\": «1.5", DiagnosticCodes.WrongValue),
        new("options.queueFull", FormatFrame.Options, "\"queueFull\": \"wait\"", workflow =>
            workflow.Options.QueueFull, "\"wait\"", "\"queueFull\": «\"drop\"", DiagnosticCodes.WrongValue),
        new("options.defaultModel", FormatFrame.Options, "\"defaultModel\": \"m\"", workflow =>
            workflow.Options.DefaultModel, "\"m\"", "\"defaultModel\": «4", DiagnosticCodes.WrongType),
        new("options.maxDuration", FormatFrame.Options, "\"maxDuration\": 300000", workflow =>
            workflow.Options.MaxDuration, "300000", "\"maxDuration\": «2147483648", DiagnosticCodes.WrongValue),
        new("options.timeout", FormatFrame.Options, "\"timeout\": 1", workflow =>
            workflow.Options.Timeout, "1", "\"timeout\": «\"20s\"", DiagnosticCodes.WrongType),
        new("options.onStepFailure", FormatFrame.Options, "\"onStepFailure\": \"cancel\"", workflow =>
            workflow.Options.OnStepFailure, "\"cancel\"", "\"onStepFailure\": «\"fail\"", DiagnosticCodes.WrongValue),
        new("options.stream", FormatFrame.Options, "\"stream\": true", workflow =>
            workflow.Options.Stream, "true", "\"stream\": «1", DiagnosticCodes.WrongType),
        new("options.budget", FormatFrame.Options, "\"budget\": { \"usd\": 1 }", workflow =>
            workflow.Options.Budget, "{\"usd\":1}", "\"budget\": «{ \"usd\": null }", DiagnosticCodes.MissingProperty),
        new("options.budget.usd", FormatFrame.Options, "\"budget\": { \"usd\": 0.50 }", workflow =>
            workflow.Options.Budget!.Usd, "0.50", "\"budget\": { \"usd\": «0 }", DiagnosticCodes.WrongValue),
        new("options.budget.tokens", FormatFrame.Options, "\"budget\": { \"tokens\": 3000000000 }", workflow =>
            workflow.Options.Budget!.Tokens, "3000000000", "\"budget\": { \"tokens\": «0.5 }", DiagnosticCodes.WrongValue),
        new("resources", FormatFrame.Workflow, "\"resources\": {}", workflow =>
            workflow.Resources, "[]", "\"resources\": «[]", DiagnosticCodes.WrongType),
        new("resources.*", FormatFrame.Workflow, "\"resources\": { \"a b\": { \"maxConcurrent\": 1 } }", workflow =>
            workflow.Resources[0].Name, "\"a b\"", "\"resources\": { \"a b\": «{} }", DiagnosticCodes.MissingProperty),
        new("resources.*.requestsPerSecond", FormatFrame.Workflow, "\"resources\": { \"r\": { \"requestsPerSecond\": 0.5 } }", workflow =>
            workflow.Resources[0].RequestsPerSecond, "0.5", "\"resources\": { \"r\": { \"requestsPerSecond\": «0 } }", DiagnosticCodes.WrongValue),
        new("resources.*.requestsPerMinute", FormatFrame.Workflow, "\"resources\": { \"r\": { \"requestsPerMinute\": 60 } }", workflow =>
            workflow.Resources[0].RequestsPerMinute, "60", "\"resources\": { \"r\": { \"requestsPerMinute\": «-1 } }", DiagnosticCodes.WrongValue),
        new("resources.*.tokensPerMinute", FormatFrame.Workflow, "\"resources\": { \"r\": { \"tokensPerMinute\": 9e4 } }", workflow =>
            workflow.Resources[0].TokensPerMinute, "90000", "\"resources\": { \"r\": { \"tokensPerMinute\": «\"90k\" } }", DiagnosticCodes.WrongType),
        new("resources.*.maxConcurrent", FormatFrame.Workflow, "\"resources\": { \"r\": { \"maxConcurrent\": 10 } }", workflow =>
            workflow.Resources[0].MaxConcurrent, "10", "\"resources\": { \"r\": { \"maxConcurrent\": «0 } }", DiagnosticCodes.WrongValue),
        new("rateLimits", FormatFrame.Workflow, "\"rateLimits\": { \"m\": { \"requestsPerMinute\": 60 } }", workflow =>
            workflow.Resources[0].Name, "\"m\"", "\"rateLimits\": { \"m\": «60 }", DiagnosticCodes.WrongType),
        new("steps", FormatFrame.Alone, "\"steps\": [ { \"id\": \"a\", \"prompt\": \"x\" } ]", workflow =>
            workflow.Steps.Count, "1", "\"steps\": «[]", DiagnosticCodes.NoSteps),
        new("finally", FormatFrame.Workflow, "\"finally\": [\"a\"]", workflow =>
            workflow.Finally, "[\"a\"]", "\"finally\": «\"a\"", DiagnosticCodes.WrongType),
        new("outputs", FormatFrame.Workflow, "\"outputs\": {}", workflow =>
            workflow.Outputs, "[]", "\"outputs\": «[\"a\"]", DiagnosticCodes.WrongType),
        new("outputs.*", FormatFrame.Workflow, "\"outputs\": { \"o p\": \"a.output\" }", workflow =>
            workflow.Outputs, "[{\"key\":\"o p\",\"value\":\"a.output\"}]", "\"outputs\": { \"o\": «\"a..b\" }", DiagnosticCodes.InvalidPath),
    ];
}
