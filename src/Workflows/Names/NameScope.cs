using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Names;

/// <summary>
/// Resolves the names of a workflow (docs/definitions.md, "Names"): an output takes precedence over an input of the same name, and both over a
/// step's id. The id alone means the output of a step whose key is made from the id, otherwise the step's record. Immutable. Thread-safe.
/// </summary>
public sealed class NameScope
{
    private const string TransformedSuffix = "_transformed";
    private readonly Dictionary<string, List<int>> _outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _transformed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<int> _withDefaultKey = [];
    private readonly HashSet<string>? _inputs;

    /// <param name="steps">In definition order.</param>
    /// <param name="inputs">The names of the inputs; null when none are declared: any other name then is an input.</param>
    public NameScope(IEnumerable<NamedStep> steps, IEnumerable<string>? inputs)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var position = 0;
        foreach (var step in steps)
        {
            _ids.TryAdd(step.Id, position);
            if (step.OutputKey == NameRules.DefaultOutputKey(step.Id))
            {
                _withDefaultKey.Add(position);
            }

            Add(_outputs, step.OutputKey, position);
            if (step.HasTransform)
            {
                Add(_transformed, step.OutputKey + TransformedSuffix, position);
            }

            position++;
        }

        _inputs = inputs?.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The members of a step's record.</summary>
    public static IReadOnlyList<string> RecordMembers { get; } = ["output", "transformed", "status", "error", "usage"];

    /// <summary>Every name a path may begin with, for suggestions.</summary>
    public IEnumerable<string> Names => _outputs.Keys.Concat(_transformed.Keys).Concat(_inputs ?? []).Concat(_ids.Keys);

    /// <summary>Resolves the beginning of a path.</summary>
    /// <param name="extra">The names that are valid at the path's place in addition to those of the workflow.</param>
    /// <param name="error">One sentence that says which name is unknown; null on success.</param>
    public bool TryResolve(ValuePath path, ExtraNames extra, out ValueReference reference, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        var first = path.Root == "context" && path.Segments.Count > 1 ? 1 : 0;
        var root = path.Segments[first];
        var next = first + 1 < path.Segments.Count ? path.Segments[first + 1] : null;
        ValueReference? found = root switch
        {
            "inputs" when next is null => new(ReferenceKind.AllInputs, null, [], first + 1),
            "inputs" when _inputs is null || _inputs.Contains(next!) => new(ReferenceKind.Input, next, [], first + 2),
            "steps" when next is not null && _ids.TryGetValue(next, out var step) => new(ReferenceKind.StepRecord, null, [step], first + 2),
            "run" when next is "id" or "attempt" => new(ReferenceKind.Run, null, [], first + 1),
            "previous" when extra.HasFlag(ExtraNames.Previous) => new(ReferenceKind.Previous, null, [], first + 1),
            "secrets" when extra.HasFlag(ExtraNames.Secrets) && next is not null => new(ReferenceKind.Secret, next, [], first + 2),
            "inputs" or "steps" or "run" or "context" or "item" or "index" or "previous" or "secrets" => null,
            _ => Named(root, first + 1, isAlone: next is null),
        };
        reference = found.GetValueOrDefault();
        error = found is null ? Problem(root, next, extra) : null;
        return error is null;
    }

    /// <summary>Resolves the beginning of a path at a place without extra names.</summary>
    public bool TryResolve(ValuePath path, out ValueReference reference, [NotNullWhen(false)] out string? error) =>
        TryResolve(path, ExtraNames.None, out reference, out error);

    private static string Problem(string root, string? next, ExtraNames extra) => root switch
    {
        "inputs" => $"There is no input '{next}'.",
        "steps" => next is null ? "'steps' must be followed by the id of a step." : $"There is no step '{next}'.",
        "run" => "'run' has the members 'run.id' and 'run.attempt'.",
        "previous" => "'previous' is valid only in a step with 'repeat'.",
        "secrets" when extra.HasFlag(ExtraNames.Secrets) => "'secrets' must be followed by the name of a secret.",
        "secrets" => "'secrets' can be used only in the input of a tool.",
        "item" or "index" => $"'{root}' is valid only in a map.",
        _ => $"There is no output, input or step named '{root}'.",
    };

    private static void Add(Dictionary<string, List<int>> writers, string key, int position)
    {
        if (!writers.TryGetValue(key, out var all))
        {
            writers.Add(key, all = []);
        }

        all.Add(position);
    }

    private ValueReference? Named(string root, int consumed, bool isAlone)
    {
        if (_outputs.TryGetValue(root, out var writers))
        {
            return new(ReferenceKind.Output, null, writers, consumed)
            {
                MayBeStepRecord = _ids.TryGetValue(root, out var own) && writers is [var only] && own == only,
            };
        }

        if (_transformed.TryGetValue(root, out writers))
        {
            return new(ReferenceKind.Transformed, null, writers, consumed);
        }

        if (_inputs?.Contains(root) == true)
        {
            return new(ReferenceKind.Input, root, [], consumed);
        }

        if (_ids.TryGetValue(root, out var step))
        {
            // An author who declares no output key has only the id to name the output with: fetch-users, although the key is fetch_users.
            var kind = isAlone && _withDefaultKey.Contains(step) ? ReferenceKind.Output : ReferenceKind.StepRecord;
            return new(kind, null, [step], consumed);
        }

        return _inputs is null ? new(ReferenceKind.Input, root, [], consumed) : null;
    }
}

/// <summary>The names that a step gives to values.</summary>
/// <param name="HasTransform">Whether there is also <c>{OutputKey}_transformed</c>.</param>
public readonly record struct NamedStep(string Id, string OutputKey, bool HasTransform);

/// <summary>Names that are valid only at some places of a definition.</summary>
[Flags]
public enum ExtraNames
{
    /// <summary>Only the names that are valid everywhere.</summary>
    None = 0,

    /// <summary><c>previous</c>: the output of the previous iteration, in a repeated step.</summary>
    Previous = 1,

    /// <summary><c>secrets.NAME</c>, in the input of a tool.</summary>
    Secrets = 2,
}

/// <summary>What a path refers to in a given workflow. Immutable.</summary>
/// <param name="Input">The name of the input or the secret; null for other kinds.</param>
/// <param name="Steps">Positions of the steps it refers to, in definition order: all that write an output key; empty for kinds that refer to
/// none.</param>
/// <param name="Consumed">Number of segments of the path that name the value; the rest selects a part of it.</param>
public readonly record struct ValueReference(ReferenceKind Kind, string? Input, IReadOnlyList<int> Steps, int Consumed)
{
    /// <summary>
    /// Whether the name is both an output key and the id of the step that writes it: a member that the output lacks is then looked up in the step's
    /// record.
    /// </summary>
    public bool MayBeStepRecord { get; init; }
}

/// <summary>What the beginning of a path refers to.</summary>
public enum ReferenceKind
{
    /// <summary>One run input.</summary>
    Input,

    /// <summary>The object of all run inputs.</summary>
    AllInputs,

    /// <summary>The output of a step.</summary>
    Output,

    /// <summary>The transformed output of a step.</summary>
    Transformed,

    /// <summary>A step's record: <c>output</c>, <c>transformed</c>, <c>status</c>, <c>error</c>, <c>usage</c>.</summary>
    StepRecord,

    /// <summary>The run: <c>id</c>, <c>attempt</c>.</summary>
    Run,

    /// <summary>The output of the previous iteration.</summary>
    Previous,

    /// <summary>A secret of the host.</summary>
    Secret,
}
