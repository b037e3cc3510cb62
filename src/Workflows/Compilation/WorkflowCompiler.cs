using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Checks what the steps of a definition say of one another and makes the graph.</summary>
internal sealed class WorkflowCompiler
{
    private readonly WorkflowDefinition _definition;
    private readonly CompilerFindings _findings;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly NameScope _names;
    private readonly IReadOnlyList<StepReferences> _references;
    private readonly Dictionary<string, KnownTool>? _tools;
    private ILookup<string, int>? _callers;
    private long _dependencies;

    /// <param name="tools">The tools that there are; null when that is not known.</param>
    public WorkflowCompiler(WorkflowDefinition definition, CompilerFindings findings, IReadOnlyCollection<KnownTool>? tools)
    {
        _tools = tools?.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        _definition = definition;
        _findings = findings;
        _names = new NameScope(
            definition.Steps.Select(step => new NamedStep(step.Id, step.EffectiveOutputKey, step.Options.OutputTransform is not null)),
            definition.Inputs?.Select(input => input.Name));
        _references = [.. definition.Steps.Select((step, position) => StepReferences.Of(step, position, LiteralMembers(step)))];
    }

    /// <summary>The compiled workflow, or null when there is an error from any check.</summary>
    public CompiledWorkflow? Compile()
    {
        FindPositions();
        new CaseChecks(_definition, _findings).Report();
        var steps = _definition.Steps.Select(Plan).ToArray();
        new FailureCompiler(_definition, _positions).Compile(steps, _findings);
        new FinalCompiler(_definition, _positions).Compile(steps, _findings);
        foreach (var cycle in DependencyCycles.Find(steps))
        {
            Report(cycle);
        }

        foreach (var step in DependencyCycles.Break(steps))
        {
            _findings.DoubtDependencies(step);
        }

        var graph = new WorkflowGraph(steps);
        new OutputKeyChecks(_definition, graph, _findings).Report();
        new ReferenceChecks(_definition, graph, _names, _references, _findings).Report();
        var lints = new WorkflowLints(_definition, graph, _names, _references, _findings);
        lints.ReportSteps(_tools?.Keys);
        ModelLints.Report(_definition, _findings);
        if (_findings.HasErrors)
        {
            return null;
        }

        lints.ReportGraph();
        return new CompiledWorkflow(_definition, graph, _names) { UndeclaredInputs = UndeclaredInputs() };
    }

    internal static string Pointer(int step) => string.Create(CultureInfo.InvariantCulture, $"/steps/{step}");

    private IReadOnlyList<string> LiteralMembers(StepDefinition step) =>
        step.Tool is not null && _tools?.TryGetValue(step.Tool, out var tool) == true ? tool.LiteralMembers : [];

    private void FindPositions()
    {
        for (var position = 0; position < _definition.Steps.Count; position++)
        {
            var id = _definition.Steps[position].Id;
            if (!_positions.TryAdd(id, position) && id.Length > 0)
            {
                _findings.Error(DiagnosticCodes.DuplicateStep, $"{Pointer(position)}/id", $"There are two steps with the id '{id}'.", null, position);
            }
        }

        // No step can depend on one whose id could not be read.
        _positions.Remove("");
    }

    private void Report(StepCycle cycle)
    {
        var names = string.Join(" → ", cycle.Steps.Append(cycle.Steps[0]).Select(step => _definition.Steps[step].Id));
        if (cycle.FallsBack is not { } step)
        {
            _findings.Error(DiagnosticCodes.DependencyCycle, $"{Pointer(cycle.Steps[0])}/dependsOn", $"The steps wait for one another: {names}.", "Remove one of these dependencies.", cycle.Steps[0]);
            return;
        }

        _findings.Error(
            DiagnosticCodes.WrongFallback, Pointer(step) + (_definition.Steps[step].Options.OnError is null ? "/options/fallback" : "/options/onError"),
            $"The steps wait for one another: {names}. A step that falls back on another waits for that, which starts only when the step has failed.",
            "Let it fall back on another step.", step);
    }

    private GraphStep Plan(StepDefinition step, int position) => new(step.Id)
    {
        DependsOn = Counted(step.DependsOnAuto && _dependencies <= DefinitionLimits.MaxDependencies ? Inferred(position) : Declared(step, position), position),
        Paced = step.Type == StepType.Prompt,
        EstimatedMs = step.Options.EstimatedMs ?? (step.Type == StepType.Merge ? 0 : StepOptions.DefaultEstimatedMs),
        Join = step.Join,
        StepTimeoutMs = step.Options.StepTimeout,
        Retry = RetryRule.Of(step),
    };

    private List<int> Declared(StepDefinition step, int position)
    {
        var dependsOn = new List<int>();
        var seen = new HashSet<int>();
        for (var index = 0; index < step.DependsOn.Count; index++)
        {
            var name = step.DependsOn[index];
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{Pointer(position)}/dependsOn/{index}");
            if (!_positions.TryGetValue(name, out var dependency))
            {
                _findings.Error(
                    DiagnosticCodes.UnknownStep, pointer, $"Step '{step.Id}' depends on '{name}', and there is no such step.",
                    _findings.Suggestions.For(name, _positions.Keys.Where(id => id != step.Id)), position);
            }
            else if (dependency == position)
            {
                _findings.Error(DiagnosticCodes.DependencyCycle, pointer, $"Step '{step.Id}' depends on itself.", null, position);
            }
            else if (seen.Add(dependency))
            {
                dependsOn.Add(dependency);
            }
        }

        return dependsOn;
    }

    /// <summary>
    /// <c>dependsOn: auto</c>: the steps whose values the step names. Of several that write one key those before it in the document, unless their outputs
    /// are merged or none is before it: then all. Not the steps that it stands in for: it starts when they have failed, whatever it depends on.
    /// </summary>
    private List<int> Inferred(int position)
    {
        _callers ??= _definition.Steps
            .SelectMany((step, caller) => StepsNamed(step.Options).Select(fallback => (fallback, caller)))
            .ToLookup(pair => pair.fallback, pair => pair.caller, StringComparer.Ordinal);
        var callers = _callers[_definition.Steps[position].Id].ToHashSet();
        var found = new HashSet<int>();
        var seen = new HashSet<IReadOnlyList<int>>(ReferenceEqualityComparer.Instance);
        foreach (var reference in _references[position].Found)
        {
            if (_names.TryResolve(reference.Path, reference.Extra, out var target, out _) && seen.Add(target.Steps))
            {
                var others = target.Steps.Where(source => source != position && !callers.Contains(source)).ToList();
                var before = others.Where(source => source < position && _definition.Steps[source].KeyMerge is null).ToList();
                found.UnionWith(others.Count > 1 && before.Count > 0 ? before : others);
            }
        }

        return [.. found.Order()];
    }

    /// <summary>The dependencies, none beyond the limit: every step may depend on every other, so their number can grow with the square of the steps.</summary>
    private List<int> Counted(List<int> dependsOn, int position)
    {
        var isOver = _dependencies > DefinitionLimits.MaxDependencies;
        _dependencies += dependsOn.Count;
        if (_dependencies <= DefinitionLimits.MaxDependencies)
        {
            return dependsOn;
        }

        if (!isOver)
        {
            _findings.Error(
                DiagnosticCodes.TooLarge, Pointer(position) + "/dependsOn", $"The steps have more than {DefinitionLimits.MaxDependencies} dependencies in all.",
                "Put a step between those that write and those that read.", position);
        }

        _findings.DoubtDependencies(position);
        return [];
    }

    /// <summary>The steps that the options let stand in.</summary>
    private static IEnumerable<string> StepsNamed(StepOptions options) =>
        (options.OnError?.ByKind.Select(entry => entry.Value.Step) ?? []).Append(options.OnError?.Default.Step).Append(options.Fallback?.Step).OfType<string>();

    /// <summary>The names that are taken for inputs because nothing else has them, in order of appearance.</summary>
    private IReadOnlyList<string> UndeclaredInputs() => _definition.Inputs is not null ? [] :
    [
        .. _references
            .SelectMany(references => references.Found)
            .Select(reference => _names.TryResolve(reference.Path, reference.Extra, out var found, out _) && found.Kind == ReferenceKind.Input ? found.Input : null)
            .Concat((_definition.Outputs ?? []).Select(output =>
                ValuePath.TryParse(output.Value, out var path, out _) && _names.TryResolve(path, out var found, out _) && found.Kind == ReferenceKind.Input ? found.Input : null))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal),
    ];
}

/// <summary>A definition without errors, its graph, and what its names mean. Immutable.</summary>
public sealed record CompiledWorkflow(WorkflowDefinition Definition, WorkflowGraph Graph, NameScope Names)
{
    /// <summary>Without declared inputs, the names in the definition that are taken for inputs; those in stored prompts are not among them.</summary>
    public IReadOnlyList<string> UndeclaredInputs { get; init; } = [];
}

/// <summary>What reading a definition needs to know of a tool.</summary>
/// <param name="LiteralMembers">Members of its input in which <c>{{…}}</c> is left as it is, because the tool fills them in itself or refuses it.</param>
public sealed record KnownTool(string Name, IReadOnlyList<string> LiteralMembers);
