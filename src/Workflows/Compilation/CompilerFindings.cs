using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Compilation;

/// <summary>
/// Collects the findings of the compiler with their place in the text, and drops those that only follow from an error that was reported before.
/// </summary>
/// <param name="hasUnreadNames">Whether the id of a step could not be read, so that an unknown name may be that id.</param>
internal sealed class CompilerFindings(DiagnosticBag diagnostics, SourceNode root, WorkflowDefinition definition, bool hasUnreadNames)
{
    private readonly HashSet<int> _wrongDependencies = [.. diagnostics.Items.Select(item => StepOfDependency(item.Pointer)).OfType<int>()];

    public Suggestions Suggestions => diagnostics.Suggestions;

    public bool HasErrors => diagnostics.HasErrors;

    /// <param name="step">Position of the step it is about; -1 when it is about the workflow.</param>
    public void Error(string code, string pointer, string message, string? suggestion, int step)
    {
        var mayFollow = (code is DiagnosticCodes.UnknownStep or DiagnosticCodes.UnknownReference && hasUnreadNames && suggestion is null)
            || (code == DiagnosticCodes.MissingDependency && _wrongDependencies.Contains(step));
        if (!mayFollow)
        {
            Add(DiagnosticSeverity.Error, code, pointer, message, suggestion, step);
        }

        if (StepOfDependency(pointer) is { } wrong)
        {
            DoubtDependencies(wrong);
        }
    }

    public void Warning(string code, string pointer, string message, string? suggestion, int step) =>
        Add(DiagnosticSeverity.Warning, code, pointer, message, suggestion, step);

    /// <summary>Notes that the dependencies of a step are wrong, so that a missing dependency of it is not reported in addition.</summary>
    public void DoubtDependencies(int step) => _wrongDependencies.Add(step);

    private static int? StepOfDependency(string pointer)
    {
        var parts = pointer.Split('/');
        return parts is ["", "steps", var index, "dependsOn", ..]
            && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    private void Add(DiagnosticSeverity severity, string code, string pointer, string message, string? suggestion, int step)
    {
        var at = root.FindNearest(pointer);
        diagnostics.Add(new Diagnostic(code, severity, pointer, at.Line, at.Column, message)
        {
            Suggestion = suggestion,
            Step = step < 0 ? null : definition.Steps[step].Id,
        });
    }
}
