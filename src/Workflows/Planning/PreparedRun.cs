using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Everything one attempt of a run executes, resolved and fixed before its first step. Stored once, then only read. Immutable and thread-safe.
/// </summary>
public sealed record PreparedRun : IStoredRecord
{
    private NameScope? _names;
    private WorkflowGraph? _graph;
    private Dictionary<string, int>? _positions;

    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>The id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>The number of the attempt of the run, from 1. Default 1.</summary>
    public int RunAttempt { get; init; } = 1;

    /// <summary>What the scheduler gets.</summary>
    public required RunPlan Plan { get; init; }

    /// <summary>The run's inputs with their defaults, in declaration order, undeclared ones as given.</summary>
    public required JsonObject Inputs { get; init; }

    /// <summary>The names of the declared inputs; null when none are declared.</summary>
    public IReadOnlyList<string>? DeclaredInputs { get; init; }

    /// <summary>The texts of the prompts by <c>slug@version</c>, each once; inline texts by <c>#</c> and the step's id.</summary>
    public required IReadOnlyDictionary<string, PreparedPrompt> Prompts { get; init; }

    /// <summary>The steps, position by position as in <see cref="RunPlan.Steps"/>.</summary>
    public required IReadOnlyList<PreparedStep> Steps { get; init; }

    /// <summary>The run's outputs with their paths; null: the inputs and every output.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Outputs { get; init; }

    /// <summary>The one step that is executed; null: all.</summary>
    public string? Only { get; init; }

    /// <summary>Outputs that were given by hand, by step id: those steps are not executed. Null for none.</summary>
    public IReadOnlyDictionary<string, GivenOutput>? Given { get; init; }

    /// <summary>The steps that are not executed since they have completed before, by id, and where their records are. Null for none.</summary>
    public IReadOnlyDictionary<string, CheckpointReference>? Reused { get; init; }

    /// <summary>Scripted answers instead of models; null: models are called.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>
    /// Whether the simulated model answered in the place of other models when the attempt was prepared: what goes on with it without being asked
    /// keeps to that. Null when it asks no other model, with mocks, and for attempts of earlier versions.
    /// </summary>
    public bool? Simulates { get; init; }

    /// <summary>
    /// Where the log of the run ended when the attempt was prepared, in bytes: what the attempt records is behind it. Default 0, for the first
    /// attempt.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long LogFrom { get; init; }

    /// <summary>Warnings about its models, which are stored in the run's record only. Default none.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The environment whose versions of prompts are used. Default <c>default</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>The options of the request, which a resume and a restart use again. Default none.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Identifies the run among runs of the same id.</summary>
    [JsonIgnore]
    public RunIdentity Identity => new(RunId, Plan.Stamp);

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Plan?.Steps is null || Inputs is null || Prompts is null || Steps is null || Options is null ? "a member of it is null"
        : Plan.Steps.Count != Steps.Count ? $"its plan has {Plan.Steps.Count} steps and it has {Steps.Count}"
        : null;

    /// <summary>Names of inputs that no step overwrites.</summary>
    [JsonIgnore]
    public IEnumerable<string> InputNames => Inputs.Select(input => input.Key).Except(Steps.Select(step => step.OutputKey), StringComparer.Ordinal);

    /// <summary>What the names in mappings and templates mean in this run.</summary>
    [JsonIgnore]
    public NameScope Names => _names ??= new NameScope(
        Steps.Select(step => new NamedStep(step.Id, step.OutputKey, step.Transform is not null)), DeclaredInputs);

    /// <summary>A copy that belongs to the given run.</summary>
    public PreparedRun Of(RunIdentity run) => this with { Plan = Plan with { Stamp = run.Stamp } };

    /// <summary>The position of a step in <see cref="Steps"/>; null when there is no step of that id.</summary>
    public int? PositionOf(string id)
    {
        _positions ??= Steps
            .Select((step, position) => (step.Id, position))
            .ToDictionary(step => step.Id, step => step.position, StringComparer.Ordinal);
        return _positions.TryGetValue(id, out var position) ? position : null;
    }

    /// <summary>Whether the step belongs to what is executed: every step, or the one of <see cref="Only"/>.</summary>
    public bool Executes(PreparedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Only is null || Only == step.Id;
    }

    /// <summary>The steps that this attempt may execute, since they have no output yet.</summary>
    public IEnumerable<PreparedStep> StepsToExecute() =>
        Steps.Where(MayExecute);

    /// <summary>Whether this attempt may execute the step, since it has no output yet.</summary>
    public bool MayExecute(PreparedStep step) => Executes(step) && Reused?.ContainsKey(step.Id) != true && Given?.ContainsKey(step.Id) != true;

    /// <summary>The inputs for a request of the same run: for a single step they include the outputs that it took from other steps.</summary>
    public JsonObject AskedInputs()
    {
        var inputs = (JsonObject)Inputs.DeepClone();
        foreach (var step in Only is null ? [] : Steps.Where(step => Given?.ContainsKey(step.Id) == true))
        {
            var given = Given![step.Id];
            inputs[step.OutputKey] = given.Output?.DeepClone();
            if (given.Transformed is not null)
            {
                inputs[$"{step.OutputKey}_transformed"] = given.Transformed.DeepClone();
            }
        }

        return inputs;
    }

    /// <summary>The compiled graph of <see cref="Plan"/>.</summary>
    [JsonIgnore]
    public WorkflowGraph Graph => _graph ??= new WorkflowGraph(Plan.Steps);
}

/// <summary>The output of a step, given by hand. Immutable.</summary>
/// <param name="Output">The output, possibly null.</param>
/// <param name="Transformed">What a transform would have made of it; null when it was not given.</param>
public sealed record GivenOutput(JsonNode? Output, JsonNode? Transformed);

/// <summary>Where the record of a completed step is, within its run.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1; 0: taken over from the run that this one was forked from.</param>
/// <param name="Attempt">The attempt of the step, from 1; 0: its output was given by hand in that attempt of the run.</param>
public readonly record struct CheckpointReference(int RunAttempt, int Attempt)
{
    /// <summary>Of a record that was taken over, and of which no event of this run tells: the simulation answered for the model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Simulated { get; init; }

    /// <summary>The same: the output is a fallback's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool FallbackUsed { get; init; }
}

/// <summary>A prompt in the version that this run uses. Immutable and thread-safe.</summary>
/// <param name="Text">The text with its placeholders.</param>
public sealed record PreparedPrompt(string Text)
{
    private PromptTemplate? _template;
    private PromptTemplate? _system;

    /// <summary>The slug of the stored prompt; null for a text inline in the workflow.</summary>
    public string? Slug { get; init; }

    /// <summary>The version by content; null for a text inline in the workflow, whose version is the definition's.</summary>
    public string? Version { get; init; }

    /// <summary>The system message with its placeholders; null without one.</summary>
    public string? System { get; init; }

    /// <summary>The inputs that the prompt declares; empty when it declares none.</summary>
    public IReadOnlyList<InputDefinition> Inputs { get; init; } = [];

    /// <summary>The text, read once for all steps that use it.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    [JsonIgnore]
    public PromptTemplate Template => _template ??= PromptTemplate.Parse(Text);

    /// <summary>The system message as a template; null without one.</summary>
    /// <exception cref="TemplateException">The text is no template.</exception>
    [JsonIgnore]
    public PromptTemplate? SystemTemplate => System is null ? null : _system ??= PromptTemplate.Parse(System);
}
