using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// The values that a step's mapping and templates may use: the run's inputs, and what is loaded of the checkpoints of earlier steps. Thread-safe once
/// everything is loaded.
/// </summary>
/// <param name="checkpoints">Null when only the run's inputs are used.</param>
/// <param name="call">The step that uses the values; null for the outputs of the run, which may use all.</param>
/// <param name="observed">How the steps ended that are read and have no output; null when there are none.</param>
internal sealed class StepValues(
    PreparedRun run, CheckpointStore? checkpoints = null, ExecuteStepInput? call = null, IReadOnlyList<EndedStep>? observed = null)
{
    /// <summary>How many checkpoints that are not in memory are read at the same time.</summary>
    private const int Readers = 16;

    private static readonly Dictionary<int, EndedStep> NoneEnded = [];
    private static readonly Dictionary<string, string> NoSecrets = [];

    private readonly Dictionary<int, EndedStep> _ended =
        (observed ?? call?.Observed) is { Count: > 0 } ended ? ended.ToDictionary(step => step.Step) : NoneEnded;

    private readonly Dictionary<int, StepCheckpoint?> _last = [];
    private readonly Dictionary<int, StepCheckpoint?> _loaded = [];
    private readonly ExtraNames _extra = call is null ? ExtraNames.None : StepTemplates.Extra(run.Steps[call.Step]);
    private HashSet<int>? _reach;

    /// <summary>The output of the turn before; null in the first turn.</summary>
    public JsonNode? Previous { get; set; }

    /// <summary>The values of the secrets that the step uses and that exist, by name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; set; } = NoSecrets;

    /// <summary>The step's own checkpoint, for its <c>until</c>; null before there is one.</summary>
    public StepCheckpoint? Own { get; set; }

    /// <summary>Loads the checkpoints that these paths lead into, for <see cref="Get"/>.</summary>
    /// <exception cref="Records.UnreadableRecordException">A checkpoint cannot be read.</exception>
    public Task LoadAsync(IEnumerable<ValuePath> paths, CancellationToken cancellationToken) => LoadAsync(StepsOf(paths), cancellationToken);

    /// <summary>Loads the checkpoints of these steps.</summary>
    /// <exception cref="Records.UnreadableRecordException">A checkpoint cannot be read.</exception>
    public async Task LoadAsync(IEnumerable<int> steps, CancellationToken cancellationToken)
    {
        // A join of the first success may read only the dependencies that had completed, and what is before them.
        var readable = call?.Available is null ? null : Reach();
        List<(int Step, Task<StepCheckpoint?> Reading)>? reading = null;
        foreach (var step in steps)
        {
            if (_loaded.ContainsKey(step) || reading?.Exists(other => other.Step == step) == true)
            {
                continue;
            }

            // Most are in memory: then the task has completed.
            var found = FindAsync(step, readable, cancellationToken);
            if (found.IsCompletedSuccessfully)
            {
                Take(step, await found);
                continue;
            }

            (reading ??= []).Add((step, found));
            await (reading.Count == Readers ? TakeAllAsync(reading) : Task.CompletedTask);
        }

        await (reading is null ? Task.CompletedTask : TakeAllAsync(reading));
    }

    /// <summary>The value of <paramref name="path"/>, or one sentence that says why there is none.</summary>
    public (JsonNode? Value, string? Problem) Get(ValuePath path)
    {
        if (!run.Names.TryResolve(path, _extra, out var reference, out var error))
        {
            return (null, error);
        }

        if (reference.Kind == ReferenceKind.Input && !run.Inputs.ContainsKey(reference.Input!))
        {
            // A declared, optional input that was not given is null; any other name is a mistake.
            return run.DeclaredInputs is null ? (null, $"There is no input '{reference.Input}'.") : (null, null);
        }

        if (reference.Kind == ReferenceKind.Secret && !Secrets.ContainsKey(reference.Input!))
        {
            return (null, $"There is no secret '{reference.Input}'.");
        }

        var found = path.TryFollow(Start(reference), reference.Consumed, out var value)
            || (reference.MayBeStepRecord && path.TryFollow(Record(reference.Steps[0]), reference.Consumed, out value));
        return found ? (value, null) : (null, $"'{path.Shown}' leads to nothing: there is no '{path.Segments[^1]}' there.");
    }

    /// <summary>The value of a path; null when there is none, as for the output of a skipped step.</summary>
    public JsonNode? Find(string path) => ValuePath.TryParse(path, out var parsed, out _) ? Get(parsed).Value : null;

    /// <summary>The value of a root name, with the record of the step if the name is also the id of one.</summary>
    public TemplateValue WithRecord(TemplateValue value, string root)
    {
        var member = ValuePath.OfPlaceholder([root, NameScope.RecordMembers[0]]);
        if (!run.Names.TryResolve(member, _extra, out var reference, out _) || reference.Consumed != 1)
        {
            return value;
        }

        var isRecordFirst = reference.Kind == ReferenceKind.StepRecord;
        return isRecordFirst || reference.MayBeStepRecord
            ? value with { Record = Record(reference.Steps[0]), IsRecordFirst = isRecordFirst }
            : value;
    }

    /// <summary>The value at which a path of an expression begins.</summary>
    public RootValue Begin(ValuePath path)
    {
        if (!run.Names.TryResolve(path, _extra, out var reference, out _)
            || (reference.Kind == ReferenceKind.Input && run.DeclaredInputs is null && !run.Inputs.ContainsKey(reference.Input!)))
        {
            return RootValue.Missing();
        }

        // A member that the output does not have is looked up in the step's record.
        return reference.MayBeStepRecord && !path.TryFollow(Start(reference), reference.Consumed, out _)
            ? RootValue.Of(Record(reference.Steps[0]), reference.Consumed)
            : RootValue.Of(Start(reference), reference.Consumed);
    }

    /// <summary>
    /// The values that these loaded steps write, by output key, and the transformed values by output key with <c>_transformed</c> appended. A value
    /// is null when none of its steps has completed.
    /// </summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> ByOutputKey(IEnumerable<int> steps)
    {
        foreach (var writers in steps.GroupBy(step => run.Steps[step].OutputKey, StringComparer.Ordinal))
        {
            yield return KeyValuePair.Create(writers.Key, Merged([.. writers], checkpoint => checkpoint.Output));
            if (writers.Where(step => run.Steps[step].Transform is not null).ToList() is { Count: > 0 } transformed)
            {
                yield return KeyValuePair.Create(writers.Key + "_transformed", Merged(transformed, checkpoint => checkpoint.Transformed));
            }
        }
    }

    /// <summary>
    /// The value of one output key. Of several writers, those count that have completed and come before the reader: merged by their rule or, without
    /// one, the last in the order of the graph.
    /// </summary>
    private JsonNode? Merged(IReadOnlyList<int> writers, Func<StepCheckpoint, JsonNode?> select)
    {
        if (writers is [var only])
        {
            return Loaded(only) is { } checkpoint ? select(checkpoint) : null;
        }

        var completed = writers
            .Where(writer => call is null || writer == call.Step || Reach().Contains(writer))
            .Select(writer => (writer, Checkpoint: Loaded(writer)))
            .Where(entry => entry.Checkpoint is not null)
            .ToList();
        return completed.Count == 0 ? null : run.Steps[completed[0].writer].KeyMerge is { } merge
            ? KeyMerging.Of(merge, completed.Select(entry => KeyValuePair.Create(run.Steps[entry.writer].Id, select(entry.Checkpoint!))))
            : select(completed.MaxBy(entry => run.Graph.RankOf(entry.writer)).Checkpoint!);
    }

    private IEnumerable<int> StepsOf(IEnumerable<ValuePath> paths)
    {
        foreach (var path in paths)
        {
            if (run.Names.TryResolve(path, _extra, out var reference, out _))
            {
                foreach (var step in reference.Steps)
                {
                    if (step != call?.Step)
                    {
                        yield return step;
                    }
                }
            }
        }
    }

    /// <summary>The checkpoint of the step for its readers: of a step without an output the latest one, which has the error and the usage.</summary>
    private Task<StepCheckpoint?> FindAsync(int step, HashSet<int>? readable, CancellationToken cancellationToken) =>
        _ended.ContainsKey(step) ? checkpoints!.FindLastAsync(run.Identity, run.Steps[step].Id, run.RunAttempt, cancellationToken)
        : readable?.Contains(step) == false ? Task.FromResult<StepCheckpoint?>(null)
        : checkpoints!.FindResultAsync(run, step, cancellationToken);

    private async Task TakeAllAsync(List<(int Step, Task<StepCheckpoint?> Reading)> reading)
    {
        await Task.WhenAll(reading.Select(each => each.Reading));
        foreach (var (step, found) in reading)
        {
            Take(step, await found);
        }

        reading.Clear();
    }

    private void Take(int step, StepCheckpoint? found)
    {
        if (_ended.ContainsKey(step))
        {
            (_loaded[step], _last[step]) = (null, found);
        }
        else
        {
            _loaded[step] = found;
        }
    }

    private HashSet<int> Reach() => _reach ??= call!.Available is { } available
        ? [.. available.SelectMany(step => run.Graph.InReachOf(step).Append(step))]
        : [.. run.Graph.ReadableBy(call.Step)];

    private JsonNode? Start(ValueReference reference) => reference.Kind switch
    {
        ReferenceKind.Input => run.Inputs[reference.Input!],
        ReferenceKind.AllInputs => run.Inputs,
        ReferenceKind.Output => Merged(reference.Steps, checkpoint => checkpoint.Output),
        ReferenceKind.Transformed => Merged(reference.Steps, checkpoint => checkpoint.Transformed),
        ReferenceKind.Previous => Previous,
        ReferenceKind.Secret => Secrets[reference.Input!],
        ReferenceKind.StepRecord => Record(reference.Steps[0]),
        ReferenceKind.Run => new JsonObject { ["id"] = run.RunId, ["attempt"] = run.RunAttempt },
        _ => null,
    };

    /// <summary>
    /// The record of a step for expressions, with null members when it has not ended. A step whose output is reused or given by hand counts as
    /// completed, as in a run that executed it.
    /// </summary>
    private JsonObject Record(int step)
    {
        var checkpoint = Loaded(step);
        var ended = _ended.GetValueOrDefault(step);
        StepStatus? status = ended?.Status ?? (checkpoint is null ? null : StepStatus.Completed);
        return new JsonObject
        {
            ["output"] = checkpoint?.Output?.DeepClone(),
            ["transformed"] = checkpoint?.Transformed?.DeepClone(),
            ["status"] = JsonSerializer.SerializeToNode(status, WorkflowJson.Compact),
            ["error"] = JsonSerializer.SerializeToNode(ended is null ? checkpoint?.Error : Failure(ended), WorkflowJson.Compact),
            ["usage"] = status is null
                ? null
                : JsonSerializer.SerializeToNode((checkpoint ?? _last.GetValueOrDefault(step))?.Usage ?? default, WorkflowJson.Compact),
        };
    }

    private WorkflowError? Failure(EndedStep ended) =>
        ended.Error ?? (ended.Status == StepStatus.Failed ? _last.GetValueOrDefault(ended.Step)?.Error : null);

    private StepCheckpoint? Loaded(int step) => step == call?.Step ? Own : _loaded.TryGetValue(step, out var checkpoint)
        ? checkpoint
        : throw new InvalidOperationException($"The checkpoint of step '{run.Steps[step].Id}' was not loaded.");
}
