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
/// The values for a step's templates: those of its mapping or, without a mapping, the run's inputs and the outputs of all steps before it. For one
/// attempt; not thread-safe.
/// </summary>
internal sealed class StepInputs
{
    private readonly PreparedRun _run;
    private readonly StepValues _values;
    private readonly IReadOnlyList<ValuePath> _placeholders;
    private readonly bool _takesMembers;
    private readonly Dictionary<string, TemplateValue> _found = new(StringComparer.Ordinal);

    private StepInputs(PreparedRun run, StepValues values, IReadOnlyList<ValuePath> placeholders, TemplateBudget budget)
    {
        _run = run;
        _values = values;
        _placeholders = placeholders;
        foreach (var path in placeholders)
        {
            _takesMembers |= path.Segments.Count > 1;
        }

        Budget = budget;
    }

    private ILookup<string, ValuePath> ByRoot => field ??= _placeholders.ToLookup(path => path.Root, StringComparer.Ordinal);

    /// <summary>The size limit that the step's templates and values share.</summary>
    public TemplateBudget Budget { get; }

    /// <summary>The named values in the order of the mapping: the inputs in the checkpoint.</summary>
    public JsonObject Named { get; } = [];

    /// <summary>Reads the values that the step needs, and only those.</summary>
    /// <exception cref="TemplateException">
    /// A path of the mapping has no value, an expression cannot be evaluated, or the values are too large.
    /// </exception>
    public static async Task<StepInputs> LoadAsync(
        PreparedRun run, PreparedStep step, StepTemplates templates, StepValues values, CancellationToken cancellationToken)
    {
        if (step is { Mapping: null, Merge: null, Defaults: null })
        {
            // Most prompts: they give no names to values.
            await values.LoadAsync(templates.Paths, cancellationToken);
            return new StepInputs(run, values, templates.Paths, new TemplateBudget(cancellationToken));
        }

        var own = StepTemplates.OwnNames(step).ToHashSet(StringComparer.Ordinal);
        var placeholders = templates.Paths.Where(path => !own.Contains(path.Root)).ToList();
        var inputs = new StepInputs(run, values, placeholders, new TemplateBudget(cancellationToken));
        var mapping = step.Merge is { } merge
            ? merge.From.Select(entry => KeyValuePair.Create(entry.Key, MappedValue.Path(entry.Value))).ToList()
            : step.Mapping;
        await values.LoadAsync(StepTemplates.MappedPaths(step).Concat(placeholders), cancellationToken);
        foreach (var (name, value) in mapping ?? [])
        {
            inputs.Add(name, inputs.Value(value, $"The input mapping '{name}'"));
        }

        foreach (var (name, value) in step.Defaults ?? [])
        {
            inputs.Add(name, value);
        }

        return inputs;
    }

    /// <summary>
    /// Adds the inputs of a prompt without a mapping: those of its placeholders or, without placeholders, all values that it may read.
    /// </summary>
    public async Task AddInReachAsync(int position, bool hasPlaceholders, CancellationToken cancellationToken)
    {
        if (hasPlaceholders)
        {
            foreach (var path in _placeholders)
            {
                var name = path.Segments.Count == 1 ? path.Root : path.ToString();
                Add(name, Value(path, $"The placeholder '{{{{{path.Shown}}}}}'"));
            }

            return;
        }

        foreach (var (name, value) in _run.Inputs)
        {
            Add(name, value);
        }

        var before = _run.Graph.InReachOf(position).Order().ToList();
        await _values.LoadAsync(before, cancellationToken);
        foreach (var (name, value) in _values.ByOutputKey(before))
        {
            Add(name, value);
        }
    }

    /// <summary>The value of a root name in the step's templates. Computed once, since a step may have many templates.</summary>
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

            // A template may use both an output and the record of its step: {{check}} and {{check.status}}.
            if (_takesMembers && found.Exists && ByRoot[root].Any(path => path.Segments.Count > 1))
            {
                _found[root] = found = _values.WithRecord(found, root);
            }
        }

        return found;
    }

    /// <summary>Adds a named value within the size limit.</summary>
    private void Add(string name, JsonNode? value)
    {
        Budget.CountValue(value);
        Named[name] = value?.DeepClone();
    }

    private TemplateValue Single(string root)
    {
        var whole = ByRoot[root].ToList();
        if (whole.Any(path => path.Segments.Count == 1) || whole.Count == 0)
        {
            return _values.Get(ValuePath.OfPlaceholder([root])) is (var value, null) ? TemplateValue.Of(value) : TemplateValue.Missing;
        }

        // Only members are used: a path may lead to a member of the output or of the step's record.
        var members = new JsonObject();
        whole.ForEach(path => Place(members, path, from: 1));
        return TemplateValue.Of(members);
    }

    private JsonObject Nested(string root)
    {
        var members = new JsonObject();
        var whole = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in ByRoot[root].OrderBy(path => path.Segments.Count))
        {
            // A path into a value that is there as a whole needs no entry of its own.
            if (!Enumerable.Range(1, path.Segments.Count - 1).Any(count => whole.Contains(Beginning(path, count))))
            {
                Place(members, path, from: 1);
                whole.Add(Beginning(path, path.Segments.Count));
            }
        }

        return members;
    }

    private static string Beginning(ValuePath path, int count) => JsonSerializer.Serialize(path.Segments.Take(count), WorkflowJson.Compact);

    /// <summary>The run's inputs, with null for declared inputs that were not given.</summary>
    private JsonObject WithOptional()
    {
        var inputs = (JsonObject)_run.Inputs.DeepClone();
        foreach (var name in _run.DeclaredInputs ?? [])
        {
            inputs.TryAdd(name, null);
        }

        return inputs;
    }

    /// <summary>Adds the value of a path to nested members.</summary>
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

        var value = Value(path, $"The placeholder '{{{{{path.Shown}}}}}'");
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
