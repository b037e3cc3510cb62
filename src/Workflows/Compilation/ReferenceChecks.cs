using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Checks that the values which steps take from one another exist, and are there when the step starts.</summary>
internal sealed class ReferenceChecks(
    WorkflowDefinition definition, WorkflowGraph graph, NameScope names, IReadOnlyList<StepReferences> references, CompilerFindings findings)
{
    /// <summary>Up to this number, the writers of a key are looked up one by one; more are looked up as a set, which is faster.</summary>
    private const int FewWriters = 16;

    private readonly Lazy<StepReach> _reach = new(() => StepReach.OfData(graph));
    private readonly Dictionary<IReadOnlyList<int>, ulong[]> _writers = new(ReferenceEqualityComparer.Instance);

    public void Report()
    {
        Outputs();
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            foreach (var (pointer, problem) in references[position].Problems)
            {
                findings.Error(DiagnosticCodes.InvalidTemplate, pointer, problem, null, position);
            }

            foreach (var reference in references[position].Found)
            {
                Check(reference, position);
            }
        }
    }

    private void Check(StepReference reference, int position)
    {
        var step = definition.Steps[position];
        if (!names.TryResolve(reference.Path, reference.Extra, out var found, out var problem))
        {
            findings.Error(
                DiagnosticCodes.UnknownReference, reference.Pointer, problem, findings.Suggestions.For(Named(reference.Path), names.Names), position);
        }
        else if (UnknownMember(found, reference.Path) is { } member)
        {
            ReportMember(member, reference.Path, reference.Pointer, position);
        }
        else if (found.Steps.Count == 0 || (reference.OwnOutput && Contains(found.Steps, position)))
        {
            return;
        }
        else if (found.Steps is [var only] && only == position)
        {
            findings.Error(
                DiagnosticCodes.MissingDependency, reference.Pointer,
                $"Step '{step.Id}' takes '{reference.Path.Shown}' from itself, and that is there only when it has ended.",
                step.Repeat is null ? null : "Write 'previous' for the output of the turn before.", position);
        }
        else if (!IsThere(found.Steps, position))
        {
            var source = definition.Steps[found.Steps.First(other => other != position)].Id;
            findings.Error(
                DiagnosticCodes.MissingDependency, reference.Pointer,
                $"Step '{step.Id}' takes '{reference.Path.Shown}' from step '{source}' and does not depend on it, so it may not be there yet.",
                $"Add '{source}' to the dependsOn of '{step.Id}'.", position);
        }
    }

    /// <summary>The member of a step's record that a path names and no record has; null if there is none.</summary>
    private static string? UnknownMember(ValueReference found, ValuePath path) =>
        found.Kind == ReferenceKind.StepRecord && path.Segments.Count > found.Consumed
            && !NameScope.RecordMembers.Contains(path.Segments[found.Consumed])
            ? path.Segments[found.Consumed]
            : null;

    private void ReportMember(string member, ValuePath path, string pointer, int position) => findings.Error(
        DiagnosticCodes.UnknownReference, pointer,
        $"'{path.Shown}' leads to nothing: of a step there are {string.Join(", ", NameScope.RecordMembers)}.",
        findings.Suggestions.For(member, NameScope.RecordMembers), position);

    // Positions are in ascending order.
    private static bool Contains(IReadOnlyList<int> steps, int position) =>
        steps is List<int> list ? list.BinarySearch(position) >= 0 : steps.Contains(position);

    /// <summary>Whether one of the steps has completed when the step at <paramref name="position"/> starts.</summary>
    private bool IsThere(IReadOnlyList<int> sources, int position)
    {
        if (sources.Count <= FewWriters)
        {
            return sources.Any(source => _reach.Value.Includes(position, source));
        }

        if (!_writers.TryGetValue(sources, out var set))
        {
            _writers.Add(sources, set = _reach.Value.SetOf(sources));
        }

        return _reach.Value.IncludesAny(position, set);
    }

    private void Outputs()
    {
        foreach (var (name, text) in definition.Outputs ?? [])
        {
            var pointer = SourceNode.Below("/outputs", name);
            if (!ValuePath.TryParse(text, out var path, out _))
            {
                continue;
            }

            if (!names.TryResolve(path, out var found, out var problem))
            {
                findings.Error(DiagnosticCodes.UnknownReference, pointer, problem, findings.Suggestions.For(Named(path), names.Names), -1);
            }
            else if (UnknownMember(found, path) is { } member)
            {
                ReportMember(member, path, pointer, -1);
            }
        }
    }

    /// <summary>The segment that names a value: the first one, or the one behind <c>inputs</c>, <c>steps</c> or <c>context</c>.</summary>
    private static string Named(ValuePath path) =>
        path.Root is "inputs" or "steps" or "context" && path.Segments.Count > 1 ? path.Segments[1] : path.Root;
}
