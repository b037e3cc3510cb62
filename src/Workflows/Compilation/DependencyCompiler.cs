using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Compiles what each step depends on: the steps that it lists, or with <c>dependsOn: auto</c> those whose values it names.</summary>
internal sealed class DependencyCompiler(
    WorkflowDefinition definition, IReadOnlyDictionary<string, int> positions, NameScope names, IReadOnlyList<StepReferences> references)
{
    private long _dependencies;

    /// <param name="steps">The steps with their rules for failures, but without dependencies.</param>
    public void Compile(GraphStep[] steps, CompilerFindings findings)
    {
        var callers = StepRules.Callers(steps);
        for (var position = 0; position < steps.Length; position++)
        {
            // Inferring costs time for every pair of writer and reader, so it ends with the limit.
            var infer = definition.Steps[position].DependsOnAuto && _dependencies <= DefinitionLimits.MaxDependencies;
            var dependsOn = infer ? Inferred(position, callers) : Declared(position, findings);
            steps[position] = steps[position] with { DependsOn = Limited(dependsOn, position, findings) };
        }
    }

    private List<int> Declared(int position, CompilerFindings findings)
    {
        var step = definition.Steps[position];
        var dependsOn = new List<int>();
        var seen = new HashSet<int>();
        for (var index = 0; index < step.DependsOn.Count; index++)
        {
            var name = step.DependsOn[index];
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{WorkflowCompiler.Pointer(position)}/dependsOn/{index}");
            if (!positions.TryGetValue(name, out var dependency))
            {
                findings.Error(
                    DiagnosticCodes.UnknownStep, pointer, $"Step '{step.Id}' depends on '{name}', and there is no such step.",
                    findings.Suggestions.For(name, positions.Keys.Where(id => id != step.Id)), position);
            }
            else if (dependency == position)
            {
                findings.Error(DiagnosticCodes.DependencyCycle, pointer, $"Step '{step.Id}' depends on itself.", null, position);
            }
            else if (seen.Add(dependency))
            {
                dependsOn.Add(dependency);
            }
        }

        return dependsOn;
    }

    /// <summary>
    /// The steps whose values the step names. Of several that write one key it depends on those before it in the document, but on all if their
    /// outputs are merged or none is before it. A fallback step does not depend on its callers: it starts when they have failed, whatever it depends
    /// on.
    /// </summary>
    private List<int> Inferred(int position, ILookup<int, int> callers)
    {
        var own = callers[position].ToHashSet();
        var found = new HashSet<int>();
        var seen = new HashSet<IReadOnlyList<int>>(ReferenceEqualityComparer.Instance);
        foreach (var reference in references[position].Found)
        {
            if (names.TryResolve(reference.Path, reference.Extra, out var target, out _) && seen.Add(target.Steps))
            {
                var others = target.Steps.Where(source => source != position && !own.Contains(source)).ToList();
                var before = others.Where(source => source < position && definition.Steps[source].KeyMerge is null).ToList();
                found.UnionWith(others.Count > 1 && before.Count > 0 ? before : others);
            }
        }

        return [.. found.Order()];
    }

    /// <summary>
    /// The dependencies, or none beyond the limit: every step may depend on every other, so their number can grow with the square of the steps.
    /// </summary>
    private List<int> Limited(List<int> dependsOn, int position, CompilerFindings findings)
    {
        var isOver = _dependencies > DefinitionLimits.MaxDependencies;
        _dependencies += dependsOn.Count;
        if (_dependencies <= DefinitionLimits.MaxDependencies)
        {
            return dependsOn;
        }

        if (!isOver)
        {
            findings.Error(
                DiagnosticCodes.TooLarge, WorkflowCompiler.Pointer(position) + "/dependsOn",
                $"The steps have more than {DefinitionLimits.MaxDependencies} dependencies in all.",
                "Put a step between those that write and those that read.", position);
        }

        findings.DoubtDependencies(position);
        return [];
    }
}
