using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>
/// Compiles a definition to a graph: resolves the names of steps and values, and reports everything that is wrong with them. Not thread-safe.
/// </summary>
internal sealed class WorkflowCompiler
{
    private readonly WorkflowDefinition _definition;
    private readonly CompilerFindings _findings;
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);
    private readonly NameScope _names;
    private readonly IReadOnlyList<StepReferences> _references;
    private readonly Dictionary<string, KnownTool>? _tools;

    /// <param name="tools">The available tools; null if they are not known.</param>
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

    /// <summary>The compiled workflow; null if any check has found an error.</summary>
    public CompiledWorkflow? Compile()
    {
        FindPositions();
        new CaseChecks(_definition, _findings).Report();
        var steps = _definition.Steps.Select(Plan).ToArray();
        new FailureCompiler(_definition, _positions).Compile(steps, _findings);
        new DependencyCompiler(_definition, _positions, _names, _references).Compile(steps, _findings);
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
        lints.ReportSteps(_tools);
        if (_findings.HasErrors)
        {
            return null;
        }

        lints.ReportGraph();
        return new CompiledWorkflow(_definition, graph, _names) { UndeclaredInputs = UndeclaredInputs() };
    }

    /// <summary>The JSON pointer to a step in the definition.</summary>
    internal static string Pointer(int step) => string.Create(CultureInfo.InvariantCulture, $"/steps/{step}");

    private static GraphStep Plan(StepDefinition step) => new(step.Id)
    {
        Paced = step.Type == StepType.Prompt,
        EstimatedMs = step.Options.EstimatedMs ?? (step.Type == StepType.Merge ? 0 : StepOptions.DefaultEstimatedMs),
        Join = step.Join,
        StepTimeoutMs = step.Options.StepTimeout,
        Retry = RetryRule.Of(step),
    };

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

        // An id that could not be read is empty, and no step can name it.
        _positions.Remove("");
    }

    private void Report(StepCycle cycle)
    {
        var names = string.Join(" → ", cycle.Steps.Append(cycle.Steps[0]).Select(step => _definition.Steps[step].Id));
        if (cycle.FallsBack is not { } step)
        {
            _findings.Error(
                DiagnosticCodes.DependencyCycle, $"{Pointer(cycle.Steps[0])}/dependsOn", $"The steps wait for one another: {names}.",
                "Remove one of these dependencies.", cycle.Steps[0]);
            return;
        }

        _findings.Error(
            DiagnosticCodes.WrongFallback,
            Pointer(step) + (_definition.Steps[step].Options.OnError is null ? "/options/fallback" : "/options/onError"),
            $"The steps wait for one another: {names}. A step that falls back on another waits for that, which starts only when the step has failed.",
            "Let it fall back on another step.", step);
    }

    /// <summary>The names that are taken for inputs because nothing else has them, in order of appearance. Empty if inputs are declared.</summary>
    private IReadOnlyList<string> UndeclaredInputs()
    {
        if (_definition.Inputs is not null)
        {
            return [];
        }

        var ofSteps = _references.SelectMany(references => references.Found).Select(reference => InputOf(reference.Path, reference.Extra));
        var ofOutputs = (_definition.Outputs ?? []).Select(output =>
            ValuePath.TryParse(output.Value, out var path, out _) ? InputOf(path, ExtraNames.None) : null);
        return [.. ofSteps.Concat(ofOutputs).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    private string? InputOf(ValuePath path, ExtraNames extra) =>
        _names.TryResolve(path, extra, out var found, out _) && found.Kind == ReferenceKind.Input ? found.Input : null;
}

/// <summary>A definition without errors, its graph, and the meaning of its names. Immutable. Thread-safe.</summary>
public sealed record CompiledWorkflow(WorkflowDefinition Definition, WorkflowGraph Graph, NameScope Names)
{
    /// <summary>The names in the definition that are taken for inputs since none are declared; names in stored prompts are not included.</summary>
    public IReadOnlyList<string> UndeclaredInputs { get; init; } = [];
}

/// <summary>What the compiler must know of a tool.</summary>
/// <param name="LiteralMembers">Members of its input that are no templates: the tool fills <c>{{…}}</c> in itself, or refuses it.</param>
public sealed record KnownTool(string Name, IReadOnlyList<string> LiteralMembers)
{
    /// <summary>
    /// Finds what is wrong with an input whose placeholders are not filled in: pointer from the input, sentence, suggestion. Default: nothing, since
    /// a start checks the inputs of the steps that it does not mock.
    /// </summary>
    public Func<JsonObject, IEnumerable<(string Pointer, string Message, string? Suggestion)>> CheckInput { get; init; } = static _ => [];
}

/// <summary>Refuses ids, and output keys, that differ only in letter case, since they would name one file on Windows and macOS.</summary>
internal sealed class CaseChecks(WorkflowDefinition definition, CompilerFindings findings)
{
    public void Report()
    {
        var ids = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var keys = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var step = definition.Steps[position];
            if (step.Id.Length > 0 && !ids.TryAdd(step.Id, position) && definition.Steps[ids[step.Id]].Id is var id && id != step.Id)
            {
                Error(position, "/id", $"The step ids '{id}' and '{step.Id}' differ only in letter case.");
            }
            else if (step.EffectiveOutputKey is { Length: > 0 } key && !keys.TryAdd(key, position)
                && definition.Steps[keys[key]].EffectiveOutputKey is var other && other != key)
            {
                Error(position, step.OutputKey is null ? "/id" : "/outputKey", $"The output keys '{other}' and '{key}' differ only in letter case.");
            }
        }
    }

    private void Error(int position, string member, string message) =>
        findings.Error(DiagnosticCodes.DiffersOnlyInCase, WorkflowCompiler.Pointer(position) + member, message, NameRules.RenameOne, position);
}
