using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Graphs;

/// <summary>Checks what the steps of a definition say of one another and makes the graph.</summary>
internal sealed class WorkflowCompiler
{
    private readonly WorkflowDefinition _definition;
    private readonly Action<string, string, string, string?, string?> _report;
    private readonly Suggestions _suggestions = new();
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <param name="report">Takes code, pointer, message, suggestion and step of an error.</param>
    public WorkflowCompiler(WorkflowDefinition definition, Action<string, string, string, string?, string?> report)
    {
        _definition = definition;
        _report = report;
    }

    /// <summary>The compiled workflow, or null when an error was reported.</summary>
    public CompiledWorkflow? Compile()
    {
        var errors = 0;
        void Error(string code, string pointer, string message, string? suggestion, int step)
        {
            errors++;
            _report(code, pointer, message, suggestion, step < 0 ? null : _definition.Steps[step].Id);
        }

        FindPositions(Error);
        var steps = _definition.Steps.Select((step, position) => Plan(step, position, Error)).ToArray();
        new FailureCompiler(_definition, _positions, _suggestions).Compile(steps, Error);
        new FinalCompiler(_definition, _positions, _suggestions).Compile(steps, Error);
        foreach (var cycle in DependencyCycles.Find(steps))
        {
            Error(
                DiagnosticCodes.DependencyCycle, $"{Pointer(cycle[0])}/dependsOn",
                $"The steps wait for one another: {string.Join(" → ", cycle.Append(cycle[0]).Select(step => _definition.Steps[step].Id))}.", null, cycle[0]);
        }

        if (errors > 0)
        {
            return null;
        }

        var graph = new WorkflowGraph(steps);
        var names = Scope();
        new ReferenceChecks(_definition, graph, names, _suggestions).Report(Error);
        return errors > 0 ? null : new CompiledWorkflow(_definition, graph, names);
    }

    internal static string Pointer(int step) => string.Create(CultureInfo.InvariantCulture, $"/steps/{step}");

    private void FindPositions(Action<string, string, string, string?, int> error)
    {
        for (var position = 0; position < _definition.Steps.Count; position++)
        {
            var id = _definition.Steps[position].Id;
            if (!_positions.TryAdd(id, position) && id.Length > 0)
            {
                error(DiagnosticCodes.DuplicateStep, $"{Pointer(position)}/id", $"There are two steps with the id '{id}'.", null, position);
            }
        }
    }

    private GraphStep Plan(StepDefinition step, int position, Action<string, string, string, string?, int> error)
    {
        var dependsOn = new List<int>();
        var seen = new HashSet<int>();
        for (var index = 0; index < step.DependsOn.Count; index++)
        {
            var name = step.DependsOn[index];
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{Pointer(position)}/dependsOn/{index}");
            if (!_positions.TryGetValue(name, out var dependency))
            {
                error(
                    DiagnosticCodes.UnknownStep, pointer, $"Step '{step.Id}' depends on '{name}', and there is no such step.",
                    _suggestions.For(name, _positions.Keys.Where(id => id != step.Id)), position);
            }
            else if (dependency == position)
            {
                error(DiagnosticCodes.DependencyCycle, pointer, $"Step '{step.Id}' depends on itself.", null, position);
            }
            else if (seen.Add(dependency))
            {
                dependsOn.Add(dependency);
            }
        }

        return new GraphStep(step.Id)
        {
            DependsOn = dependsOn,
            Paced = true,
            EstimatedMs = step.Options.EstimatedMs ?? StepOptions.DefaultEstimatedMs,
            Join = step.Join,
            StepTimeoutMs = step.Options.StepTimeout,
            Retry = Retry(step.Options),
        };
    }

    private static RetryRule Retry(StepOptions options)
    {
        var standard = new RetryRule { MaxAttempts = (options.RetryCount ?? StepOptions.DefaultRetryCount) + 1 };
        return options.Retry is not { } retry ? standard : standard with
        {
            MaxAttempts = retry.MaxAttempts ?? standard.MaxAttempts,
            FirstIntervalMs = retry.FirstInterval ?? standard.FirstIntervalMs,
            Backoff = retry.Backoff ?? standard.Backoff,
            MaxIntervalMs = retry.MaxInterval ?? standard.MaxIntervalMs,
            On = retry.On ?? standard.On,
        };
    }

    private NameScope Scope() => new(
        _definition.Steps.Select(step => (step.Id, step.EffectiveOutputKey, step.Options.OutputTransform is not null)),
        _definition.Inputs?.Select(input => input.Name));
}
