using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// The values that a step's mapping and prompt may name, read from the run's inputs and from the checkpoints of the steps before it;
/// of those only the ones that are asked for. Thread-safe.
/// </summary>
/// <param name="checkpoints">Null where only the run's inputs are asked for.</param>
/// <param name="available">For a join of the first success the dependencies that had completed: only they, and what is before them, can be read. Null: everything.</param>
internal sealed class StepValues(PreparedRun run, CheckpointStore? checkpoints = null, IReadOnlyList<int>? available = null)
{
    private readonly ConcurrentDictionary<int, StepCheckpoint?> _loaded = new();
    private readonly HashSet<int>? _readable = available?.SelectMany(step => run.Graph.InReachOf(step).Append(step)).ToHashSet();

    /// <summary>Reads what these paths lead into, so that <see cref="Get"/> can answer.</summary>
    public async Task LoadAsync(IEnumerable<ValuePath> paths, CancellationToken cancellationToken)
    {
        var steps = paths
            .Select(path => run.Names.TryResolve(path, out var reference, out _) ? reference.Step : -1)
            .Where(step => step >= 0)
            .Distinct();
        await LoadAsync(steps, cancellationToken);
    }

    /// <summary>Reads the checkpoints of these steps.</summary>
    public Task LoadAsync(IEnumerable<int> steps, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(steps, cancellationToken, async (step, token) =>
            _loaded[step] = _readable?.Contains(step) == false ? null : await checkpoints!.FindCompletedAsync(run.RunId, run.Steps[step].Id, run.RunAttempt, token));

    /// <summary>The value at the end of <paramref name="path"/>, or one sentence that says why there is none.</summary>
    public (JsonNode? Value, string? Problem) Get(ValuePath path)
    {
        if (!run.Names.TryResolve(path, out var reference, out var error))
        {
            return (null, error);
        }

        if (reference.Kind == ReferenceKind.Input && !run.Inputs.ContainsKey(reference.Input!))
        {
            // A declared input that is optional and was not given is null; any other name is a mistake.
            return run.DeclaredInputs is null ? (null, $"There is no input '{reference.Input}'.") : (null, null);
        }

        var found = path.TryFollow(Start(reference), reference.Consumed, out var value)
            || (reference.MayBeStepRecord && path.TryFollow(Record(reference.Step), reference.Consumed, out value));
        return found ? (value, null) : (null, $"'{path}' leads to nothing: there is no '{path.Segments[^1]}' there.");
    }

    /// <summary>The value at the end of a path; null when it leads to nothing, such as the output of a step that was skipped.</summary>
    public JsonNode? Find(string path) => ValuePath.TryParse(path, out var parsed, out _) ? Get(parsed).Value : null;

    /// <summary>Where a path of an expression begins.</summary>
    public RootValue Begin(ValuePath path)
    {
        if (!run.Names.TryResolve(path, out var reference, out _)
            || (reference.Kind == ReferenceKind.Input && run.DeclaredInputs is null && !run.Inputs.ContainsKey(reference.Input!)))
        {
            return RootValue.Missing();
        }

        // What an output has no member for is looked up in the record of its step.
        return reference.MayBeStepRecord && !path.TryFollow(Start(reference), reference.Consumed, out _)
            ? RootValue.Of(Record(reference.Step), reference.Consumed)
            : RootValue.Of(Start(reference), reference.Consumed);
    }

    /// <summary>The output of a step that was loaded; null when it has none.</summary>
    public JsonNode? Output(int step) => Loaded(step)?.Output;

    /// <summary>What a loaded step's transform made of its output; null when it has none.</summary>
    public JsonNode? Transformed(int step) => Loaded(step)?.Transformed;

    private JsonNode? Start(ValueReference reference) => reference.Kind switch
    {
        ReferenceKind.Input => run.Inputs[reference.Input!],
        ReferenceKind.AllInputs => run.Inputs,
        ReferenceKind.Output => Output(reference.Step),
        ReferenceKind.Transformed => Transformed(reference.Step),
        ReferenceKind.StepRecord => Record(reference.Step),
        ReferenceKind.Run => new JsonObject { ["id"] = run.RunId, ["attempt"] = run.RunAttempt },
        _ => null,
    };

    private JsonObject Record(int step)
    {
        var checkpoint = Loaded(step);
        return new JsonObject
        {
            ["output"] = checkpoint?.Output?.DeepClone(),
            ["transformed"] = checkpoint?.Transformed?.DeepClone(),
            ["status"] = JsonSerializer.SerializeToNode(checkpoint?.Status, WorkflowJson.Compact),
            ["error"] = JsonSerializer.SerializeToNode(checkpoint?.Error, WorkflowJson.Compact),
            ["usage"] = JsonSerializer.SerializeToNode(checkpoint?.Usage, WorkflowJson.Compact),
        };
    }

    private StepCheckpoint? Loaded(int step) => _loaded.TryGetValue(step, out var checkpoint)
        ? checkpoint
        : throw new InvalidOperationException($"The checkpoint of step '{run.Steps[step].Id}' was not loaded.");
}
