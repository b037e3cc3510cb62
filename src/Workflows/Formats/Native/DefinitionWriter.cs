using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Serialization;

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

/// <summary>Adds members to a JSON object that is being written.</summary>
internal static class DocumentMembers
{
    /// <summary>Adds the member unless the value is null.</summary>
    public static void Put(this JsonObject owner, string name, JsonNode? value)
    {
        if (value is not null)
        {
            owner.Add(name, value);
        }
    }

    /// <summary>Adds the member unless the list is empty.</summary>
    public static void PutTexts(this JsonObject owner, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            owner.Add(name, Texts(texts));
        }
    }

    /// <summary>A list of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    /// <summary>An object with the given names and values, in this order.</summary>
    public static JsonObject Named<T>(IEnumerable<KeyValuePair<string, T>> entries, Func<T, JsonNode?> value) =>
        new(entries.Select(entry => KeyValuePair.Create(entry.Key, value(entry.Value))));

    /// <summary>The name of an enum value; null for null.</summary>
    public static string? Name<T>(T? value)
        where T : struct, Enum => value is { } given ? EnumNames.Of(given) : null;
}
