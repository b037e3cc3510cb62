using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes a definition as the JSON object from which both JSON and YAML are made. Thread-safe.</summary>
internal static class DefinitionWriter
{
    public static void Write(WorkflowDefinition definition, JsonObject document)
    {
        document.Put("id", definition.Id);
        document.Put("slug", definition.Slug);
        document.Put("name", definition.Name);
        document.Put("description", definition.Description);
        document.Put("appName", definition.AppName);
        if (definition.Inputs is { } inputs)
        {
            document.Add("inputs", DocumentMembers.Named(inputs.Select(input => KeyValuePair.Create(input.Name, input)), Input));
        }

        if (definition.Options != new WorkflowOptions())
        {
            document.Add("options", Options(definition.Options));
        }

        if (definition.Resources.Count > 0)
        {
            document.Add(
                "resources", DocumentMembers.Named(definition.Resources.Select(resource => KeyValuePair.Create(resource.Name, resource)), Resource));
        }

        document.Add("steps", new JsonArray([.. definition.Steps.Select(StepWriter.Write)]));
        document.PutTexts("finally", definition.Finally);
        if (definition.Outputs is { } outputs)
        {
            document.Add("outputs", DocumentMembers.Named(outputs, path => path));
        }
    }

    private static JsonObject Input(InputDefinition input)
    {
        var written = new JsonObject();
        written.Put("type", input.Type == InputType.Any ? null : DocumentMembers.Name<InputType>(input.Type));
        written.Put("required", input.Required ? true : null);
        written.Put("default", input.Default?.DeepClone());
        written.Put("maxLength", input.MaxLength);
        written.Put("description", input.Description);
        return written;
    }

    private static JsonObject Options(WorkflowOptions options)
    {
        var written = new JsonObject();
        written.Put("maxParallelism", options.AdaptiveParallelism ? "auto" : options.MaxParallelism);
        written.Put("parallelBatchDelay", options.ParallelBatchDelay);
        written.Put("queueSize", options.QueueSize);
        written.Put("queueFull", DocumentMembers.Name(options.QueueFull));
        written.Put("defaultModel", options.DefaultModel);
        written.Put("maxDuration", options.MaxDuration);
        written.Put("timeout", options.Timeout);
        written.Put("onStepFailure", DocumentMembers.Name(options.OnStepFailure));
        written.Put("stream", options.Stream);
        if (options.Budget is { } budget)
        {
            var limits = new JsonObject();
            limits.Put("usd", budget.Usd);
            limits.Put("tokens", budget.Tokens);
            written.Add("budget", limits);
        }

        return written;
    }

    private static JsonObject Resource(ResourceDefinition resource)
    {
        var written = new JsonObject();
        written.Put("requestsPerSecond", resource.RequestsPerSecond);
        written.Put("requestsPerMinute", resource.RequestsPerMinute);
        written.Put("tokensPerMinute", resource.TokensPerMinute);
        written.Put("maxConcurrent", resource.MaxConcurrent);
        return written;
    }
}
