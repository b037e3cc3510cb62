using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads the options of a step, which depend on its type. Thread-safe.</summary>
internal static class StepOptionsReader
{
    public static StepOptions Read(ObjectReader step, StepType type)
    {
        var what = type == StepType.Prompt ? "the step's options" : $"the options of a {EnumNames.Of(type)} step";
        if (step.Object("options", what) is not { } options)
        {
            return new StepOptions();
        }

        var read = new StepOptions
        {
            OnError = FailureReader.OnError(options),
            Fallback = FailureReader.Fallback(options),
            OutputTransform = Transform(options),
            EstimatedMs = options.Integer("estimatedMs", 0),
        };
        if (type != StepType.Merge)
        {
            read = read with
            {
                Timeout = options.Integer("timeout", 1),
                StepTimeout = options.Integer("stepTimeout", 1),
                RetryCount = options.Integer("retryCount", 0, 100),
                Retry = FailureReader.Retry(options),
                Cache = options.Boolean("cache"),
            };
        }

        if (type == StepType.Prompt)
        {
            read = read with
            {
                Stream = options.Boolean("stream"),
                Model = options.String("model"),
                Models = Models(options),
                Temperature = options.Number("temperature", 0, 2),
                Reasoning = options.Choice<ReasoningEffort>("reasoning"),
                MaxTokens = options.Integer("maxTokens", 1),
            };
        }

        options.Finish();
        return read;
    }

    private static string? Transform(ObjectReader options)
    {
        var name = options.String("outputTransform");
        if (name is not null && !OutputTransform.TryGet(name, out _))
        {
            options.Error(
                DiagnosticCodes.UnknownTransform, options.Take("outputTransform")!, $"There is no transform '{name}'.",
                options.SuggestOrAll(name, [.. OutputTransform.Names]));
        }

        return name;
    }

    private static IReadOnlyList<string>? Models(ObjectReader options)
    {
        if (options.Texts("models") is not { } models)
        {
            return null;
        }

        if (models.Count == 0)
        {
            options.Error(DiagnosticCodes.WrongValue, options.Take("models")!, "'models' is empty; name at least one model.");
        }

        if (options.String("model") is { } first && models.Count > 0 && models[0].Text != first)
        {
            options.Error(
                DiagnosticCodes.WrongValue, options.Take("model")!,
                $"The options name the model '{first}' and 'models' begins with '{models[0].Text}'; only one can be first.", "Leave 'model' out.");
        }

        return [.. models.Select(model => model.Text)];
    }
}
