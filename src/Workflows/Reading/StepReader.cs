using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Graphs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Reading;

/// <summary>Reads one step of the native format.</summary>
internal sealed class StepReader(DiagnosticBag diagnostics)
{
    public StepDefinition Read(SourceNode node)
    {
        var id = node.Member("id") is { Kind: SourceKind.String } given ? given.Text : null;
        var reader = new ObjectReader(node, id is null ? "the step" : $"step '{id}'", diagnostics, id);
        if (reader.String("id") is null && node.Member("id") is null)
        {
            reader.Missing("id", "The step has no id.");
        }

        var step = new StepDefinition
        {
            Id = id ?? "",
            PromptId = reader.String("promptId"),
            Prompt = reader.String("prompt"),
            OutputKey = reader.String("outputKey"),
            DependsOn = [.. (reader.Texts("dependsOn") ?? []).Select(text => text.Text)],
            Join = reader.Choice<JoinKind>("join") ?? JoinKind.All,
            When = Condition(reader),
            InputMapping = MappingReader.Read(reader, "inputMapping", "the input mapping"),
            Options = Options(reader),
        };
        Check(reader, step);
        reader.Finish("uses", "reads", "writes", "repeat", "merge");
        return step;
    }

    private static void Check(ObjectReader reader, StepDefinition step)
    {
        if (reader.String("type") is { } type && type != "prompt")
        {
            reader.Error(
                DiagnosticCodes.UnsupportedProperty, reader.Take("type")!, $"Steps of type '{type}' are not supported by this version; 'prompt' is.");
        }
        else if (step.PromptId is null && step.Prompt is null && reader.Take("promptId") is null && reader.Take("prompt") is null)
        {
            reader.Missing("promptId", $"The step '{step.Id}' names no prompt and has no text.");
        }
        else if (step.PromptId is not null && step.Prompt is not null)
        {
            reader.Error(DiagnosticCodes.WrongValue, reader.Take("prompt")!, $"The step '{step.Id}' has both 'promptId' and 'prompt'; only one can count.");
        }

        if (reader.Take("id") is { Kind: SourceKind.String } id)
        {
            CheckName(reader, id, NameRules.StepId.IsMatch(id.Text), "step id", "letters, digits, _ and -");
        }

        if (reader.Take("outputKey") is { Kind: SourceKind.String } key)
        {
            CheckName(reader, key, NameRules.OutputKey.IsMatch(key.Text), "outputKey", "letters, digits and _");
        }
    }

    private static void CheckName(ObjectReader reader, SourceNode at, bool matches, string what, string letters)
    {
        if (!matches)
        {
            reader.Error(DiagnosticCodes.InvalidId, at, $"The {what} '{at.Text}' must begin with a letter or _ and have only {letters}.");
        }
        else if (NameRules.Reserved.Contains(at.Text))
        {
            reader.Error(DiagnosticCodes.ReservedName, at, $"'{at.Text}' is a reserved name and cannot be the {what}.");
        }
    }

    private static string? Condition(ObjectReader step)
    {
        var text = step.String("when");
        if (text is not null && !Expression.TryParse(text, out _, out var error))
        {
            step.Error(DiagnosticCodes.InvalidExpression, step.Take("when")!, $"The condition is wrong: {error}");
        }

        return text;
    }

    private static StepOptions Options(ObjectReader step)
    {
        if (step.Object("options", "the step's options") is not { } options)
        {
            return new StepOptions();
        }

        var read = new StepOptions
        {
            Stream = options.Boolean("stream"),
            Model = options.String("model"),
            Temperature = options.Number("temperature", 0, 2),
            MaxTokens = options.Integer("maxTokens", 1),
            Timeout = options.Integer("timeout", 1),
            StepTimeout = options.Integer("stepTimeout", 1),
            RetryCount = options.Integer("retryCount", 0, 100),
            Retry = FailureReader.Retry(options),
            OnError = FailureReader.OnError(options),
            Fallback = FailureReader.Fallback(options),
            OutputTransform = options.String("outputTransform"),
            EstimatedMs = options.Integer("estimatedMs", 0),
        };
        if (read.OutputTransform is { } transform && !OutputTransform.TryGet(transform, out _))
        {
            options.Error(
                DiagnosticCodes.UnknownTransform, options.Take("outputTransform")!, $"There is no transform '{transform}'.",
                Suggestion.For(transform, OutputTransform.Names) ?? $"There are {string.Join(", ", OutputTransform.Names)}.");
        }

        options.Finish("models", "cache");
        return read;
    }
}
