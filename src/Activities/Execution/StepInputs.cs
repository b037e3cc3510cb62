using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// The values that fill in a step's texts: what its mapping names or, without a mapping, the run's inputs and the outputs of all steps before it.
/// </summary>
internal sealed class StepInputs
{
    private readonly PreparedRun _run;
    private readonly StepValues _values;
    private readonly IReadOnlyList<ValuePath> _placeholders;
    private readonly ILookup<string, ValuePath> _byRoot;
    private readonly Dictionary<string, TemplateValue> _found = new(StringComparer.Ordinal);

    private StepInputs(PreparedRun run, StepValues values, IReadOnlyList<ValuePath> placeholders, TemplateBudget budget)
    {
        _run = run;
        _values = values;
        _placeholders = placeholders;
        _byRoot = placeholders.ToLookup(path => path.Root, StringComparer.Ordinal);
        Budget = budget;
    }

    /// <summary>The budget that the step's texts and values share.</summary>
    public TemplateBudget Budget { get; }

    /// <summary>The named values, in the order of the mapping; what the record of the call keeps.</summary>
    public JsonObject Named { get; } = [];

    /// <summary>Reads the values that the step needs, and only those.</summary>
    /// <exception cref="TemplateException">A path of the mapping leads to nothing, an expression cannot be evaluated, or the values are too large together.</exception>
    public static async Task<StepInputs> LoadAsync(PreparedRun run, PreparedStep step, StepTexts texts, StepValues values, CancellationToken cancellationToken)
    {
        var own = StepTexts.OwnNames(step).ToHashSet(StringComparer.Ordinal);
        var placeholders = texts.Paths.Select(Parse).Where(path => !own.Contains(path.Root)).ToList();
        var inputs = new StepInputs(run, values, placeholders, new TemplateBudget(cancellationToken));
        var mapping = step.Merge is { } merge
            ? merge.From.Select(entry => KeyValuePair.Create(entry.Key, MappedValue.Path(entry.Value))).ToList()
            : step.Mapping;
        await values.LoadAsync(StepTexts.MappedPaths(step).Concat(placeholders), cancellationToken);
        foreach (var (name, value) in mapping ?? [])
        {
            inputs.Keep(name, inputs.Value(value, $"The input mapping '{name}'"));
        }

        foreach (var (name, value) in step.Defaults ?? [])
        {
            inputs.Keep(name, value);
        }

        return inputs;
    }

    /// <summary>Without a mapping, what a prompt sees: what it names, or when it names nothing all that is in reach.</summary>
    public async Task AddInReachAsync(int position, bool hasPlaceholders, CancellationToken cancellationToken)
    {
        if (hasPlaceholders)
        {
            foreach (var path in _placeholders)
            {
                Keep(path.ToString(), Value(path, $"The placeholder '{{{{{path}}}}}'"));
            }

            return;
        }

        foreach (var (name, value) in _run.Inputs)
        {
            Keep(name, value);
        }

        var before = _run.Graph.InReachOf(position).Order().ToList();
        await _values.LoadAsync(before, cancellationToken);
        foreach (var (name, value) in _values.ByOutputKey(before))
        {
            Keep(name, value);
        }
    }

    /// <summary>The value of a root name in the step's texts, made once: a step may have very many texts.</summary>
    public TemplateValue Lookup(string root)
    {
        if (!_found.TryGetValue(root, out var found))
        {
            _found[root] = found = Named.TryGetPropertyValue(root, out var named) ? TemplateValue.Of(named) : root switch
            {
                "context" or "steps" or "secrets" => TemplateValue.Of(Nested(root)),
                "inputs" => TemplateValue.Of(WithOptional()),
                _ => Single(root),
            };

            // A text may name both an output and how its step ended: {{check}} and {{check.status}}.
            if (found.Exists && _byRoot[root].Any(path => path.Segments.Count > 1))
            {
                _found[root] = found = found with { Record = _values.FindRecord(Parse(root)) };
            }
        }

        return found;
    }

    private void Keep(string name, JsonNode? value)
    {
        Budget.CountValue(value);
        Named[name] = value?.DeepClone();
    }

    private TemplateValue Single(string root)
    {
        var whole = _byRoot[root].ToList();
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
        var whole = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in _byRoot[root].OrderBy(path => path.Segments.Count))
        {
            // What leads into a value that is there as a whole is found in it.
            if (!Enumerable.Range(1, path.Segments.Count - 1).Any(count => whole.Contains(Beginning(path, count))))
            {
                Place(members, path, from: 1);
                whole.Add(Beginning(path, path.Segments.Count));
            }
        }

        return members;
    }

    private static string Beginning(ValuePath path, int count) => JsonSerializer.Serialize(path.Segments.Take(count), WorkflowJson.Compact);

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

        var value = Value(path, $"The placeholder '{{{{{path}}}}}'");
        Budget.CountValue(value);
        members[path.Segments[^1]] = value?.DeepClone();
    }

    private JsonNode? Value(MappedValue value, string what)
    {
        if (value.Kind != MappedValueKind.Expression)
        {
            return value.Kind == MappedValueKind.Path ? Value(Parse(value.Text!), what) : value.Value;
        }

        return Expression.TryParse(value.Text!, out var expression, out var error) && expression.TryEvaluate(_values.Begin, out var found, out error)
            ? found
            : throw new TemplateException($"{what}: {error}");
    }

    private JsonNode? Value(ValuePath path, string what) => _values.Get(path) is var (value, problem) && problem is null
        ? value
        : throw new TemplateException($"{what}: {problem}");

    private static ValuePath Parse(string text) =>
        ValuePath.TryParse(text, out var path, out var error) ? path : throw new TemplateException(error);
}
