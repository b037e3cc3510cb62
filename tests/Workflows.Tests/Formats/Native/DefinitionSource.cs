using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Generates arbitrary definitions that are valid for the reader and use every property of the model.</summary>
internal sealed class DefinitionSource
{
    private readonly Choices _choose;
    private readonly ValueSource _values;

    public DefinitionSource(int seed)
    {
        _choose = new Choices(new Random(seed));
        _values = new ValueSource(_choose.Random, _choose.Texts);
    }

    public static Arbitrary<WorkflowDefinition> Any { get; } = Gen.Choose(0, int.MaxValue).Select(seed => new DefinitionSource(seed).Next())
        .ToArbitrary();

    public WorkflowDefinition Next()
    {
        var steps = new StepSource(_choose, _values);
        return new WorkflowDefinition
        {
            Id = _choose.MaybeText(),
            Slug = _choose.Maybe(() => _choose.Of("a", "cfas-feedback", "0", "-", "true", "1e5", new string('a', 128))),
            Name = _choose.MaybeText(),
            Description = _choose.MaybeText(),
            AppName = _choose.MaybeText(),
            Inputs = _choose.Maybe(() => _choose.List(4, () => _choose.Id(dashes: false)).Distinct().Select(Input).ToList()),
            Options = _choose.Random.Next(3) == 0 ? new WorkflowOptions() : Options(),
            Resources = [.. _choose.List(3, _choose.Text).Distinct().Select(Resource)],
            Finally = _choose.List(2, () => _choose.Id(dashes: true)),
            Outputs = _choose.Maybe(() => _choose.Named(_choose.Path)),
            Steps = [.. Enumerable.Range(0, _choose.Random.Next(1, 4)).Select(_ => steps.Next())],
        };
    }

    private InputDefinition Input(string name)
    {
        var type = _choose.Enum<InputType>();
        var preset = _choose.Maybe(() => Preset(type));
        var limit = _choose.MaybeInteger(1, int.MaxValue);
        return new InputDefinition(name)
        {
            Type = type,
            Required = _choose.Flag(),
            Default = preset,
            MaxLength = preset?.GetValueKind() == JsonValueKind.String && limit < preset.GetValue<string>().Length ? null : limit,
            Description = _choose.MaybeText(),
        };
    }

    private JsonNode? Preset(InputType type) => type switch
    {
        InputType.String => _choose.Text(),
        InputType.Number => _values.Number(),
        InputType.Integer => _values.WholeNumber(),
        InputType.Boolean => _choose.Flag(),
        InputType.Array => _values.Array(),
        InputType.Object => _values.Object(),
        _ => _values.Any(),
    };

    private WorkflowOptions Options()
    {
        var adaptive = _choose.Flag();
        return new WorkflowOptions
        {
            AdaptiveParallelism = adaptive,
            MaxParallelism = adaptive ? null : _choose.MaybeInteger(1, 10_000),
            Budget = _choose.Maybe(Budget),
            ParallelBatchDelay = _choose.MaybeInteger(0, int.MaxValue),
            DefaultModel = _choose.MaybeText(),
            Timeout = _choose.MaybeInteger(1, int.MaxValue),
            OnStepFailure = _choose.MaybeEnum<FailurePolicy>(),
            MaxDuration = _choose.MaybeInteger(1, int.MaxValue),
            QueueSize = _choose.MaybeInteger(0, int.MaxValue),
            QueueFull = _choose.MaybeEnum<QueueFullPolicy>(),
            Stream = _choose.MaybeFlag(),
        };
    }

    private BudgetDefinition Budget()
    {
        var usd = _choose.Of<decimal?>(null, 0.50m, 1_000_000_000m, 0.0000000000000000000000000001m, 12.345678901234567890123456789m);
        var tokens = _choose.Of<long?>(1, int.MaxValue, 3_000_000_000, long.MaxValue);
        return new BudgetDefinition(usd, usd is null || _choose.Flag() ? tokens : null);
    }

    private ResourceDefinition Resource(string name)
    {
        var made = new ResourceDefinition(name)
        {
            RequestsPerSecond = Rate(),
            RequestsPerMinute = Rate(),
            TokensPerMinute = Rate(),
            MaxConcurrent = _choose.MaybeInteger(1, int.MaxValue),
        };
        return made == new ResourceDefinition(name) ? made with { MaxConcurrent = 1 } : made;
    }

    private double? Rate() => _choose.Of<double?>(null, null, double.Epsilon, double.MaxValue, 0.1, 60, 1e21, 1.0 / 3);
}
