using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Generates arbitrary steps of every type, each with the members of its type.</summary>
internal sealed class StepSource(Choices choose, ValueSource values)
{
    /// <summary>Paths in a list, with the names that are derived from them.</summary>
    private static readonly KeyValuePair<string, string>[] Listed =
        [new("a", "a"), new("b", "x.b"), new(
            "c", "c.transformed"), new("0", "list[0]"), new("s: p", "steps[\"s: p\"].output"), new("output", "output"), new("no", "inputs.no")];

    public StepDefinition Next()
    {
        var type = choose.Enum<StepType>();
        var auto = choose.Flag();
        var step = new StepDefinition
        {
            Id = choose.Id(dashes: true),
            Type = type,
            Description = choose.MaybeText(),
            OutputKey = choose.Maybe(() => choose.Id(dashes: false)),
            KeyMerge = choose.MaybeEnum<KeyMerge>(),
            DependsOnAuto = auto,
            DependsOn = auto ? [] : choose.List(3, choose.Text),
            Join = choose.Enum<JoinKind>(),
            When = choose.Maybe(choose.Expression),
            Uses = choose.List(2, choose.Text),
            Reads = choose.List(2, choose.Text),
            Writes = choose.List(2, choose.Text),
            Options = choose.Flag() ? new StepOptions() : Options(type),
        };
        if (type == StepType.Merge)
        {
            return step with { Merge = Merge() };
        }

        step = step with
        {
            InputMapping = choose.Maybe(() => choose.Named(Mapped)),
            Repeat = choose.Maybe(() => new RepeatDefinition(choose.Expression(), choose.Of(1, 3, RepeatDefinition.MaxIterations))),
        };
        return type == StepType.Tool ? step with { Tool = choose.Text(), Input = choose.Maybe(() => values.Object()) }
            : choose.Flag() ? step with { PromptId = choose.Text() }
            : step with { Prompt = choose.Text() };
    }

    private MappedValue Mapped() => choose.Random.Next(3) switch
    {
        0 => MappedValue.Path(choose.Path()),
        1 => MappedValue.Expression(choose.Expression()),
        _ => MappedValue.Literal(values.Any()),
    };

    private MergeDefinition Merge()
    {
        var mode = choose.Enum<MergeStepMode>();
        var isList = choose.Flag();
        return new MergeDefinition(mode, isList
            ? [.. choose.List(3, () => choose.Of<KeyValuePair<string, string>>(Listed)).Distinct()]
            : choose.Named(choose.Path))
        {
            FromList = isList,
            Template = mode == MergeStepMode.Template ? choose.Text() : null,
            Separator = mode == MergeStepMode.Concat ? choose.MaybeText() : null,
        };
    }

    private FallbackDefinition Fallback()
    {
        if (choose.Flag())
        {
            return new FallbackDefinition(choose.Text(), null);
        }

        var value = new FallbackDefinition(null, values.Any());
        return choose.Flag() ? value : value with { HasTransformed = true, Transformed = values.Any() };
    }

    private StepOptions Options(StepType type)
    {
        var options = new StepOptions
        {
            OutputTransform = choose.Maybe(() => choose.Of<string>([.. OutputTransform.Names])),
            OnError = choose.Maybe(OnError),
            Fallback = choose.Maybe(Fallback),
            EstimatedMs = choose.MaybeInteger(0, int.MaxValue),
        };
        if (type != StepType.Merge)
        {
            var retry = choose.Maybe(Retry);
            options = options with
            {
                Timeout = choose.MaybeInteger(1, int.MaxValue),
                StepTimeout = choose.MaybeInteger(1, int.MaxValue),
                Retry = retry,
                RetryCount = retry is null ? choose.MaybeInteger(0, 100) : null,
                Cache = choose.MaybeFlag(),
            };
        }

        if (type == StepType.Prompt)
        {
            var models = choose.Maybe(() => choose.List(2, choose.Text).Prepend(choose.Text()).ToList());
            options = options with
            {
                Stream = choose.MaybeFlag(),
                Models = models,
                Model = choose.Maybe(() => models?[0] ?? choose.Text()),
                Temperature = choose.Of<double?>(null, 0, 0.2, 2, 1.0 / 3, 5e-324),
                MaxTokens = choose.MaybeInteger(1, int.MaxValue),
            };
        }

        return options;
    }

    private RetryDefinition Retry() => new()
    {
        MaxAttempts = choose.MaybeInteger(1, 100),
        FirstInterval = choose.MaybeInteger(0, int.MaxValue),
        Backoff = choose.Of<double?>(null, 1, 1.5, 100),
        MaxInterval = choose.MaybeInteger(0, int.MaxValue),
        On = choose.Maybe(() => choose.List(3, choose.Enum<ErrorKind>)),
    };

    private ErrorRule OnError() => new(Action())
    {
        ByKind = [.. choose.List(3, choose.Enum<ErrorKind>).Distinct().Select(kind => KeyValuePair.Create(kind, Action()))],
    };

    private ErrorAction Action()
    {
        var kind = choose.Enum<ErrorActionKind>();
        return new ErrorAction(kind, kind == ErrorActionKind.Step ? choose.Text() : null);
    }
}
