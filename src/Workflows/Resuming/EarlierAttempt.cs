using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Resuming;

/// <summary>An attempt of a run that has ended: what it was to execute, and what its records say about each step. Not thread-safe.</summary>
public sealed class EarlierAttempt
{
    private readonly EarlierStep[] _steps;
    private readonly StepFingerprints _fingerprints;
    private readonly HashSet<int> _forced;

    /// <param name="run">What the attempt was to execute.</param>
    /// <param name="steps">What its records say about each step, position by position as in <see cref="PreparedRun.Steps"/>.</param>
    /// <param name="from">The id of the step that the attempt was asked to go on from; null for none. An unknown id counts as none.</param>
    public EarlierAttempt(PreparedRun run, IEnumerable<EarlierStep> steps, string? from)
    {
        ArgumentNullException.ThrowIfNull(run);
        Run = run;
        _steps = [.. steps];
        _fingerprints = new StepFingerprints(run);
        _forced = from is not null && run.PositionOf(from) is { } first ? run.Graph.DescendantsOf(first) : [];
        foreach (var position in run.Graph.TopologicalOrder.Where(position => _steps[position].Result == StepResult.None))
        {
            Skip(position, IsSkippedByDependency(position));
        }

        UnneededSteps.Skip(
            run.Graph,
            position => _steps[position].Result != StepResult.None,
            position => _steps[position].Result == StepResult.Skipped,
            fallback => Skip(fallback, _steps[fallback].Attempts == 0),
            position => Skip(position, IsSkippedByDependency(position)));
    }

    /// <summary>What the attempt was to execute.</summary>
    public PreparedRun Run { get; }

    /// <summary>What the records say about the step at a position of <see cref="PreparedRun.Steps"/>.</summary>
    public EarlierStep Step(int position) => _steps[position];

    /// <summary>Whether the request of this attempt forced the step, so that older results do not count.</summary>
    public bool IsForced(int position) => _forced.Contains(position);

    /// <summary>The fingerprint of the step at a position of <see cref="PreparedRun.Steps"/>: SHA-256 in lower-case hex.</summary>
    public string Fingerprint(int position) => _fingerprints.Of(position);

    private bool Skip(int position, bool isSkipped)
    {
        _steps[position] = isSkipped ? _steps[position] with { Result = StepResult.Skipped } : _steps[position];
        return isSkipped;
    }

    private bool IsSkippedByDependency(int position) =>
        StepRules.IsSkipped(Run.Plan.Steps[position], dependency => _steps[dependency].Result.Kind == StepResultKind.Skipped);
}

/// <summary>What the records of a step in one attempt of the run say together, without its texts. Immutable.</summary>
/// <param name="Result">The result, when a later attempt may use it.</param>
/// <param name="Attempts">How many attempts of the step have a record.</param>
public sealed record EarlierStep(StepResult Result, int Attempts)
{
    /// <summary>How many of the attempts called a model or a tool: each took one answer of the mocks, if the run had any.</summary>
    public int Worked { get; init; }

    /// <summary>The ids of the dependencies whose outputs the step could read; null: all.</summary>
    public IReadOnlyList<string>? Consumed { get; init; }

    /// <summary>Whether the simulation gave an answer in place of the model that was named.</summary>
    public bool Simulated { get; init; }

    /// <summary>The id of the fallback step whose output the step took; null for none.</summary>
    public string? Adopted { get; init; }

    /// <summary>The kind of error of a step that failed and took the output of a fallback step or a fallback value; null otherwise.</summary>
    public ErrorKind? Failure { get; init; }

    /// <summary>The fallback value that is the output; null when the output is no such value.</summary>
    public FallbackDefinition? Fallback { get; init; }
}

/// <summary>The result of a step in an attempt of a run. Two results are equal when they are in the same record.</summary>
/// <param name="Kind">Whether the step has an output, was skipped, or neither.</param>
/// <param name="Place">The record that has the output; default when there is none.</param>
public readonly record struct StepResult(StepResultKind Kind, CheckpointReference Place)
{
    /// <summary>No result: the step has to be executed.</summary>
    public static StepResult None => default;

    /// <summary>The step was skipped.</summary>
    public static StepResult Skipped => new(StepResultKind.Skipped, default);

    /// <summary>The step has an output.</summary>
    /// <param name="place">The record that has it.</param>
    public static StepResult Completed(CheckpointReference place) => new(StepResultKind.Completed, place);
}

/// <summary>The kinds of <see cref="StepResult"/>.</summary>
public enum StepResultKind
{
    /// <summary>No result.</summary>
    None,

    /// <summary>An output.</summary>
    Completed,

    /// <summary>Skipped: no output, and none will come.</summary>
    Skipped,
}
