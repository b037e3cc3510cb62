using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// The values of one prompt: what its mapping names or, without a mapping, the run's inputs and the outputs of all steps before it.
/// </summary>
internal sealed class PromptInputs
{
    private readonly PreparedRun _run;
    private readonly StepValues _values;
    private readonly IReadOnlyList<ValuePath> _placeholders;

    private PromptInputs(PreparedRun run, StepValues values, IReadOnlyList<ValuePath> placeholders)
    {
        _run = run;
        _values = values;
        _placeholders = placeholders;
    }

    /// <summary>The named values, in the order of the mapping; what the record of the call keeps.</summary>
    public JsonObject Named { get; } = [];

    /// <summary>Reads the values that the step needs, and only those.</summary>
    /// <exception cref="TemplateException">A path of the mapping leads to nothing.</exception>
    public static async Task<PromptInputs> LoadAsync(
        PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var position = call.Step;
        var step = run.Steps[position];
        var prompt = run.Prompts[step.Prompt];
        var mapping = (step.Mapping ?? []).Select(entry => (entry.Key, Path: Parse(entry.Value))).ToList();
        var mapped = mapping.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        var placeholders = prompt.Template.Paths.Concat(prompt.SystemTemplate?.Paths ?? [])
            .Select(Parse)
            .Where(path => !mapped.Contains(path.Root))
            .ToList();
        var inputs = new PromptInputs(run, new StepValues(run, checkpoints, call.Available), placeholders);
        await inputs._values.LoadAsync(mapping.Select(entry => entry.Path).Concat(placeholders), cancellationToken);
        foreach (var (name, path) in mapping)
        {
            inputs.Named[name] = inputs.Value(path, $"The input mapping '{name}'")?.DeepClone();
        }

        if (step.Mapping is null)
        {
            await inputs.AddInReachAsync(position, prompt.Template.HasPlaceholders, cancellationToken);
        }

        return inputs;
    }

    /// <summary>What a root name stands for in the prompt.</summary>
    public TemplateValue Lookup(string root) => Named.TryGetPropertyValue(root, out var named)
        ? TemplateValue.Of(named)
        : root switch
        {
            "context" or "steps" => TemplateValue.Of(Nested(root)),
            "inputs" => TemplateValue.Of(WithOptional()),
            _ => Single(root),
        };

    /// <summary>A text of only those placeholders that were asked for beforehand needs no other values.</summary>
    private async Task AddInReachAsync(int position, bool hasPlaceholders, CancellationToken cancellationToken)
    {
        if (hasPlaceholders)
        {
            foreach (var path in _placeholders)
            {
                Named[path.ToString()] = Value(path, $"The placeholder '{{{{{path}}}}}'")?.DeepClone();
            }

            return;
        }

        foreach (var (name, value) in _run.Inputs)
        {
            Named[name] = value?.DeepClone();
        }

        var before = _run.Graph.InReachOf(position).Order().ToList();
        await _values.LoadAsync(before, cancellationToken);
        foreach (var step in before)
        {
            Named[_run.Steps[step].OutputKey] = _values.Output(step)?.DeepClone();
            if (_run.Steps[step].Transform is not null)
            {
                Named[_run.Steps[step].OutputKey + "_transformed"] = _values.Transformed(step)?.DeepClone();
            }
        }
    }

    private TemplateValue Single(string root)
    {
        var whole = _placeholders.Where(path => path.Root == root).ToList();
        if (whole.Any(path => path.Segments.Count == 1) || whole.Count == 0)
        {
            return _values.Get(Parse(root)) is (var value, null) ? TemplateValue.Of(value) : TemplateValue.Missing;
        }

        // Only members are asked for: what each path means may be the output's member or the step's record.
        var members = new JsonObject();
        whole.ForEach(path => Place(members, path, from: 1));
        return TemplateValue.Of(members);
    }

    private JsonObject Nested(string root)
    {
        var members = new JsonObject();
        foreach (var path in _placeholders.Where(path => path.Root == root))
        {
            Place(members, path, from: 1);
        }

        return members;
    }

    private JsonObject WithOptional()
    {
        var inputs = (JsonObject)_run.Inputs.DeepClone();
        foreach (var name in _run.DeclaredInputs ?? [])
        {
            inputs.TryAdd(name, null);
        }

        return inputs;
    }

    private void Place(JsonObject members, ValuePath path, int from)
    {
        for (var index = from; index < path.Segments.Count - 1; index++)
        {
            if (members[path.Segments[index]] is not JsonObject inner)
            {
                members[path.Segments[index]] = inner = [];
            }

            members = inner;
        }

        members[path.Segments[^1]] = Value(path, $"The placeholder '{{{{{path}}}}}'")?.DeepClone();
    }

    private JsonNode? Value(ValuePath path, string what) => _values.Get(path) is var (value, problem) && problem is null
        ? value
        : throw new TemplateException($"{what}: {problem}");

    private static ValuePath Parse(string text) =>
        ValuePath.TryParse(text, out var path, out var error) ? path : throw new TemplateException(error);
}
