using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Names;

/// <summary>
/// Says what the names of a workflow mean (FORMAT.md): an output before an input of the same name, both before a step's id.
/// Immutable and thread-safe.
/// </summary>
public sealed class NameScope
{
    private const string TransformedSuffix = "_transformed";
    private readonly Dictionary<string, int> _outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _transformed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _inputs;

    /// <param name="steps">Id, output key and whether it has a transform, in definition order.</param>
    /// <param name="inputs">The names of the inputs; null when none are declared, and then any other name is taken for one.</param>
    public NameScope(IEnumerable<(string Id, string OutputKey, bool HasTransform)> steps, IEnumerable<string>? inputs)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var position = 0;
        foreach (var (id, outputKey, hasTransform) in steps)
        {
            _ids.TryAdd(id, position);
            _outputs.TryAdd(outputKey, position);
            if (hasTransform)
            {
                _transformed.TryAdd(outputKey + TransformedSuffix, position);
            }

            position++;
        }

        _inputs = inputs?.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Every name a path may begin with, for suggestions.</summary>
    public IEnumerable<string> Names => _outputs.Keys.Concat(_transformed.Keys).Concat(_inputs ?? []).Concat(_ids.Keys);

    /// <summary>What <paramref name="path"/> begins at, or one sentence that says what it fails to name.</summary>
    public bool TryResolve(ValuePath path, out ValueReference reference, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        reference = default;
        error = null;
        var first = path.Root == "context" && path.Segments.Count > 1 ? 1 : 0;
        var root = path.Segments[first];
        var next = first + 1 < path.Segments.Count ? path.Segments[first + 1] : null;
        ValueReference? found = root switch
        {
            "inputs" when next is null => new(ReferenceKind.AllInputs, null, -1, first + 1),
            "inputs" when _inputs is null || _inputs.Contains(next!) => new(ReferenceKind.Input, next, -1, first + 2),
            "steps" when next is not null && _ids.TryGetValue(next, out var step) => new(ReferenceKind.StepRecord, null, step, first + 2),
            "run" when next is "id" or "attempt" => new(ReferenceKind.Run, null, -1, first + 1),
            "inputs" or "steps" or "run" or "context" or "item" or "index" or "previous" or "secrets" => null,
            _ => Named(root, first + 1),
        };
        if (found is { } value)
        {
            reference = value;
            return true;
        }

        error = root switch
        {
            "inputs" => $"There is no input '{next}'.",
            "steps" => next is null ? "'steps' must be followed by the id of a step." : $"There is no step '{next}'.",
            "run" => "Of 'run' there are 'run.id' and 'run.attempt'.",
            "item" or "index" or "previous" or "secrets" => $"'{root}' has no meaning here.",
            _ => $"There is no output, input or step named '{root}'.",
        };
        return false;
    }

    private ValueReference? Named(string root, int consumed)
    {
        if (_outputs.TryGetValue(root, out var step))
        {
            return new(ReferenceKind.Output, null, step, consumed) { MayBeStepRecord = _ids.TryGetValue(root, out var own) && own == step };
        }

        if (_transformed.TryGetValue(root, out step))
        {
            return new(ReferenceKind.Transformed, null, step, consumed);
        }

        if (_inputs?.Contains(root) == true)
        {
            return new(ReferenceKind.Input, root, -1, consumed);
        }

        if (_ids.TryGetValue(root, out step))
        {
            return new(ReferenceKind.StepRecord, null, step, consumed);
        }

        return _inputs is null ? new(ReferenceKind.Input, root, -1, consumed) : null;
    }
}
