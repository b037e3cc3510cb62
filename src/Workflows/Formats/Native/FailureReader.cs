using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads the options of a step about failures: <c>retry</c>, <c>onError</c>, <c>fallback</c>. Thread-safe.</summary>
internal static class FailureReader
{
    public static RetryDefinition? Retry(ObjectReader options)
    {
        if (options.Object("retry", "the retry rule") is not { } retry)
        {
            return null;
        }

        if (options.Take("retryCount") is { } count)
        {
            options.Error(DiagnosticCodes.WrongValue, count, "The options have both 'retryCount' and 'retry'; only one can count.");
        }

        var read = new RetryDefinition
        {
            MaxAttempts = retry.Integer("maxAttempts", 1, 100),
            FirstInterval = retry.Integer("firstInterval", 0),
            Backoff = retry.Number("backoff", 1, 100),
            MaxInterval = retry.Integer("maxInterval", 0),
            On = retry.Texts("on") is { } kinds ? [.. kinds.Select(kind => Kind(retry, kind.Text, kind)).OfType<ErrorKind>()] : null,
        };
        retry.Finish();
        return read;
    }

    public static ErrorRule? OnError(ObjectReader options)
    {
        if (options.Take("onError") is not { } value)
        {
            return null;
        }

        if (value.Kind != SourceKind.Object)
        {
            return Action(options, value, "onError", "an object of actions by kind of failure") is { } single ? new ErrorRule(single) : null;
        }

        var byKind = options.Object("onError", "onError")!;
        var fallback = new ErrorAction(ErrorActionKind.Fail);
        var actions = new List<KeyValuePair<ErrorKind, ErrorAction>>();
        foreach (var member in value.Members)
        {
            byKind.Take(member.Name);
            var action = Action(byKind, member.Value, member.Name);
            if (member.Name == "default")
            {
                fallback = action ?? fallback;
            }
            else if (Kind(byKind, member.Name, member.Value) is { } kind && action is not null)
            {
                actions.Add(new(kind, action));
            }
        }

        return new ErrorRule(fallback) { ByKind = actions };
    }

    public static FallbackDefinition? Fallback(ObjectReader options)
    {
        if (options.Object("fallback", "the fallback") is not { } fallback)
        {
            return null;
        }

        var step = fallback.String("step");
        fallback.Take("value");
        fallback.Take("transformed");
        var (value, transformed) = (fallback.Node.Member("value"), fallback.Node.Member("transformed"));
        if (fallback.Take("step") is null == value is null)
        {
            fallback.Error(DiagnosticCodes.WrongValue, fallback.Node, "A fallback has either a 'value' or a 'step'.");
        }
        else if (value is null && transformed is not null)
        {
            fallback.Error(DiagnosticCodes.WrongValue, transformed, "Only a fallback with a 'value' has 'transformed'; a step brings its own.");
        }

        fallback.Finish();
        return new FallbackDefinition(step, value?.ToJson())
        {
            HasTransformed = transformed is not null && step is null,
            Transformed = transformed?.ToJson(),
        };
    }

    private static ErrorAction? Action(ObjectReader owner, SourceNode value, string name, string objects = "{ \"step\": … }")
    {
        if (value.Kind == SourceKind.Object)
        {
            var action = owner.Object(name, "the action")!;
            var step = action.String("step");
            if (step is null && action.Take("step") is null)
            {
                action.Missing("step", "The action names no step.");
            }

            action.Finish();
            return step is null ? null : new ErrorAction(ErrorActionKind.Step, step);
        }

        switch (value.Kind == SourceKind.String ? value.Text : null)
        {
            case "fail":
                return new ErrorAction(ErrorActionKind.Fail);
            case "continue":
                return new ErrorAction(ErrorActionKind.Continue);
            case "fallback":
                return new ErrorAction(ErrorActionKind.Fallback);
            default:
                owner.Error(
                    DiagnosticCodes.WrongValue, value, $"'{name}' must be fail, continue, fallback or {objects}.",
                    owner.Suggest(value.Text, ["fail", "continue", "fallback"]));
                return null;
        }
    }

    private static ErrorKind? Kind(ObjectReader owner, string name, SourceNode at)
    {
        if (EnumNames.TryParse<ErrorKind>(name, out var kind))
        {
            return kind;
        }

        owner.Error(
            DiagnosticCodes.WrongValue, at, $"There is no kind of failure '{name}'.",
            owner.SuggestOrAll(name, EnumNames.All<ErrorKind>()));
        return null;
    }
}
