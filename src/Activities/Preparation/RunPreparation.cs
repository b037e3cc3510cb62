using System.Text.Json.Nodes;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Preparation;

/// <summary>Resolves everything that one attempt of a run executes, and refuses what cannot run, before any step starts. Thread-safe.</summary>
/// <param name="models">The clients of the models that are called.</param>
/// <param name="tools">The check of the tools that are called.</param>
/// <param name="defaultModel">The model of steps for which no other is named.</param>
/// <param name="prices">The prices of models; null: the built-in table.</param>
/// <param name="time">How long the host lets an activity run; null: no limit.</param>
public sealed class RunPreparation(
    IChatClientFactory models, ToolCheck tools, string defaultModel, PriceTable? prices = null, ActivityTimeLimit? time = null)
{
    private readonly ModelCheck _models = new(models, prices ?? PriceTable.BuiltIn);
    private readonly AttemptTimeCheck _times = new(time ?? ActivityTimeLimit.None);

    /// <summary>Resolves and checks a request. Writes nothing.</summary>
    /// <exception cref="RunRefusedException">The request cannot run; it has all reasons.</exception>
    public async Task<PreparedRun> PrepareAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var problems = new List<WorkflowError>();
        var prepared = CheckSteps(await ResolveAsync(request, problems, cancellationToken), problems);
        RunRefusedException.ThrowIfAny(problems);
        return prepared;
    }

    /// <summary>Checks the models and the timeouts of the steps that are executed. Call it when the reused steps are known.</summary>
    /// <returns>The run with warnings about its models.</returns>
    internal PreparedRun CheckSteps(PreparedRun run, List<WorkflowError> problems)
    {
        _times.Report(run, problems);
        return _models.Apply(run, problems);
    }

    /// <summary>Does everything except <see cref="CheckSteps"/>.</summary>
    /// <param name="request">What is to be executed.</param>
    /// <param name="problems">Receives the problems; the result is valid only if there are none.</param>
    /// <exception cref="RunRefusedException">The only step to run does not exist, so nothing else can be checked.</exception>
    internal async Task<PreparedRun> ResolveAsync(RunRequest request, List<WorkflowError> problems, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var definition = request.Workflow.Definition;
        if (request.Only is { } only && SingleStep.Unknown(definition, only) is { } unknown)
        {
            throw new RunRefusedException([unknown]);
        }

        var given = (JsonObject)request.Inputs.DeepClone();
        var outputs = request.Only is null ? null : SingleStep.TakeOutputs(definition, request.Only, given);
        var inputs = InputCheck.Apply(request.Only is null ? definition.Inputs : SingleStep.Inputs(definition), given, problems);
        var prompts = await FindPromptsAsync(request, problems, cancellationToken);
        foreach (var finding in request.Mocks?.ValidateAgainst(definition.Steps.Select(step => step.Id)) ?? [])
        {
            problems.Add(new WorkflowError(ErrorKind.InvalidInput, finding.FullMessage()));
        }

        if (request.StreamedStep is { } streamed && definition.Steps.All(step => step.Id != streamed))
        {
            var advice = Suggestion.For(streamed, definition.Steps.Select(step => step.Id));
            problems.Add(new WorkflowError(ErrorKind.InvalidInput, Suggestion.Append($"There is no step '{streamed}' to stream.", advice)));
        }

        var prepared = new PreparedRun
        {
            RunId = request.RunId,
            RunAttempt = request.RunAttempt,
            Plan = Plan(request),
            Inputs = inputs,
            DeclaredInputs = definition.Inputs?.Select(input => input.Name).ToList(),
            Prompts = prompts.ToDictionary(prompt => prompt.Key, prompt => prompt.Value.Prepared, StringComparer.Ordinal),
            Steps = [.. definition.Steps.Select(step => Prepare(step, definition, request, prompts))],
            Outputs = Outputs(request),
            Only = request.Only,
            Given = outputs,
            Mocks = request.Mocks,
            Environment = request.Environment,
            Options = request.Options,
        };
        prepared = PromptDefaults.Apply(prepared);
        await tools.ReportAsync(prepared, problems, cancellationToken);
        PromptCheck.Report(prepared, RequiredWhereNamed(request), problems);
        return problems.Count == 0 ? ObservedSteps.Apply(KnownConditions.Apply(prepared, problems, cancellationToken)) : prepared;
    }

    /// <summary>The steps that the scheduler gets.</summary>
    internal static IReadOnlyList<GraphStep> Steps(RunRequest request) =>
        request.Only is null ? request.Workflow.Graph.Steps : SingleStep.Plan(request.Workflow.Graph.Steps, request.Only);

    /// <summary>The run's outputs with their paths; null: the inputs and every output.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>>? Outputs(RunRequest request) => request.Only is null
        ? request.Workflow.Definition.Outputs
        : OutputsOf(request.Workflow.Definition.Steps.First(step => step.Id == request.Only));

    /// <summary>Whether the step may call a model with its prompt.</summary>
    private static bool CallsModel(StepDefinition step, RunRequest request) =>
        step.Type == StepType.Prompt && (request.Only is null || request.Only == step.Id);

    private static IReadOnlyList<KeyValuePair<string, string>> OutputsOf(StepDefinition step)
    {
        var key = step.EffectiveOutputKey;
        return step.Options.OutputTransform is null ? [new(key, key)] : [new(key, key), new($"{key}_transformed", $"{key}_transformed")];
    }

    /// <summary>
    /// The required inputs that may be missing unless they are named: none of a whole run, of which <see cref="InputCheck"/> requires all.
    /// </summary>
    private static IReadOnlyCollection<string> RequiredWhereNamed(RunRequest request) => request.Only is null
        ? []
        : [.. (request.Workflow.Definition.Inputs ?? []).Where(input => input.Required).Select(input => input.Name)];

    private static string PromptKey(StepDefinition step) => step.PromptId ?? $"#{step.Id}";

    private static RunPlan Plan(RunRequest request)
    {
        var options = request.Workflow.Definition.Options;
        return new RunPlan
        {
            RunId = request.RunId,
            Steps = Steps(request),
            MaxParallelism = request.Options.MaxParallelism ?? options.MaxParallelism ?? WorkflowOptions.DefaultMaxParallelism,
            AdaptiveParallelism = request.Options.MaxParallelism is null && options.AdaptiveParallelism,
            Budget = BudgetDefinition.Merge(request.Options.Budget, options.Budget),
            ParallelBatchDelayMs = options.ParallelBatchDelay ?? WorkflowOptions.DefaultParallelBatchDelay,
            OnStepFailure = request.Options.OnStepFailure ?? options.OnStepFailure ?? FailurePolicy.Stop,
            MaxDurationMs = request.Options.MaxDuration ?? options.MaxDuration,
            QueueSize = options.QueueSize,
            QueueFull = options.QueueFull ?? QueueFullPolicy.Fail,
        };
    }

    private static async Task<Dictionary<string, Found>> FindPromptsAsync(
        RunRequest request, List<WorkflowError> problems, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        foreach (var step in request.Workflow.Definition.Steps.Where(step => CallsModel(step, request)))
        {
            if (found.ContainsKey(PromptKey(step)))
            {
                continue;
            }

            if (step.PromptId is null)
            {
                found.Add(PromptKey(step), new Found(new PreparedPrompt(step.Prompt!), null));
                continue;
            }

            try
            {
                var prompt = await request.Prompts.RequireAsync(step.PromptId, cancellationToken);
                var prepared = new PreparedPrompt(prompt.Text)
                {
                    Slug = prompt.Slug,
                    Version = prompt.Version,
                    System = prompt.System,
                    Inputs = prompt.Inputs,
                };
                found.Add(PromptKey(step), new Found(prepared, prompt));
            }
            catch (PromptException exception)
            {
                problems.Add(exception.Error with { Step = step.Id });

                // A placeholder, so that the rest is checked too. The run is refused.
                found.Add(PromptKey(step), new Found(new PreparedPrompt(""), null));
            }
        }

        return found;
    }

    private PreparedStep Prepare(StepDefinition step, WorkflowDefinition definition, RunRequest request, Dictionary<string, Found> prompts)
    {
        var isPrompt = CallsModel(step, request);
        var prompt = isPrompt ? prompts[PromptKey(step)].Definition : null;
        var models = isPrompt ? NamedModels(step.Options, definition.Options, request, prompt) : null;
        return new PreparedStep
        {
            Id = step.Id,
            OutputKey = step.EffectiveOutputKey,
            Type = step.Type,
            KeyMerge = step.KeyMerge,
            Prompt = isPrompt ? PromptKey(step) : null,
            Models = isPrompt ? models ?? [defaultModel] : [],
            UsesDefaultModel = isPrompt ? models is null : null,
            Temperature = step.Options.Temperature ?? prompt?.Temperature,
            Reasoning = step.Options.Reasoning,
            MaxTokens = step.Options.MaxTokens ?? prompt?.MaxTokens,
            TimeoutMs = step.Options.Timeout ?? definition.Options.Timeout ?? WorkflowOptions.DefaultTimeout,
            Tool = step.Tool,
            Input = step.Input,
            LiteralMembers = step.Tool is null ? [] : tools.LiteralMembers(step.Tool),
            Merge = step.Merge,
            Stream = isPrompt
                && (request.StreamedStep == step.Id || (request.Options.Stream ?? step.Options.Stream ?? definition.Options.Stream ?? false)),
            Cache = step.Options.Cache ?? false,
            Repeat = step.Repeat,
            When = request.Only is null ? step.When : null,
            Fallback = step.Options.Fallback is { Step: null } fallback ? fallback : null,
            Transform = step.Options.OutputTransform,
            Mapping = step.InputMapping,
        };
    }

    /// <summary>The models that the run, the step, the workflow or the prompt names, in this order of precedence; null when none does.</summary>
    private static IReadOnlyList<string>? NamedModels(StepOptions step, WorkflowOptions workflow, RunRequest request, PromptDefinition? prompt) =>
        request.Options.Model is { } requested ? [requested]
        : step.Models ?? ((step.Model ?? workflow.DefaultModel ?? prompt?.Model) is { } model ? [model] : null);

    /// <summary>A prompt in its stored version; <paramref name="Definition"/> is null for an inline text.</summary>
    private sealed record Found(PreparedPrompt Prepared, PromptDefinition? Definition);
}
