using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Telemetry;

/// <summary>
/// The metrics of runs, steps and calls to models. Their tags have low cardinality: statuses, types, kinds of errors, providers and models; never
/// ids. Without a listener nothing is allocated. Thread-safe.
/// </summary>
internal sealed class RunMetrics
{
    /// <summary>Bucket boundaries in seconds: those that the conventions advise for calls to models, and up to an hour for steps and runs.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 300, 900, 3_600],
    };

    private readonly Counter<long> _runs;
    private readonly Histogram<double> _runDuration;
    private readonly Counter<long> _steps;
    private readonly Histogram<double> _stepDuration;
    private readonly Histogram<double> _queueDuration;
    private readonly UpDownCounter<long> _executing;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _throttles;
    private readonly Counter<double> _cost;
    private readonly Histogram<double> _callDuration;
    private readonly Counter<long> _inputTokens;
    private readonly Counter<long> _outputTokens;

    public RunMetrics(Meter meter)
    {
        _runs = meter.CreateCounter<long>(TelemetryNames.Runs, "{run}", "Attempts of runs that have ended.");
        _runDuration = meter.CreateHistogram(TelemetryNames.RunDuration, "s", "From the start of an attempt of a run to its end.", null, Seconds);
        _steps = meter.CreateCounter<long>(TelemetryNames.Steps, "{step}", "Steps that have ended where they were executed.");
        _stepDuration = meter.CreateHistogram(TelemetryNames.StepDuration, "s", "The work of an attempt of a step.", null, Seconds);
        _queueDuration = meter.CreateHistogram(TelemetryNames.StepQueueDuration, "s", "From ready to the start of work.", null, Seconds);
        _executing = meter.CreateUpDownCounter<long>(TelemetryNames.StepsExecuting, "{step}", "Steps at work in this process.");
        _retries = meter.CreateCounter<long>(TelemetryNames.StepRetries, "{attempt}", "Failed attempts that another one follows.");
        _throttles = meter.CreateCounter<long>(TelemetryNames.Throttles, "{request}", "Requests that a provider refused since there were too many.");
        _cost = meter.CreateCounter<double>(TelemetryNames.Cost, "USD", "What attempts cost by the price table.");
        _callDuration = meter.CreateHistogram(TelemetryNames.InferenceDuration, "s", "The duration of a request to a model.", null, Seconds);
        _inputTokens = meter.CreateCounter<long>(TelemetryNames.InferenceInputTokens, "{token}", "Tokens of input.");
        _outputTokens = meter.CreateCounter<long>(TelemetryNames.InferenceOutputTokens, "{token}", "Tokens of output.");
    }

    /// <summary>Records the end of an attempt of a run; once for each attempt.</summary>
    public void Ended(RunRecord record)
    {
        var status = Tag(TelemetryNames.Status, EnumNames.Of(record.Status));
        _runs.Add(1, status);
        if (record.Attempts[^1] is { StartedAt: { } startedAt, CompletedAt: { } completedAt })
        {
            _runDuration.Record(Between(startedAt, completedAt), status);
        }
    }

    /// <summary>Records an attempt of a step, when its record is durable; once for each attempt.</summary>
    /// <param name="isRetried">Whether another attempt follows because this one failed.</param>
    /// <param name="endsStep">Whether no other attempt or turn follows.</param>
    public void Recorded(StepCheckpoint record, bool isRetried, bool endsStep)
    {
        var type = Tag(TelemetryNames.StepType, EnumNames.Of(record.Type));
        var status = Tag(TelemetryNames.Status, EnumNames.Of(record.Status));
        if (record.HasWorked)
        {
            _stepDuration.Record(Between(record.StartedAt, record.CompletedAt), type, status);
            _queueDuration.Record(Between(record.ReadyAt, record.StartedAt), type);
        }

        if (isRetried && record.Error is { } error)
        {
            _retries.Add(1, type, Tag(TelemetryNames.ErrorType, EnumNames.Of(error.Kind)));
        }

        if (endsStep)
        {
            _steps.Add(1, type, status);
        }

        if (record is { Model: { } model, Usage.EstimatedCost: > 0 and var cost })
        {
            _cost.Add((double)cost, Tag(TelemetryNames.RequestModel, model));
        }
    }

    /// <summary>Changes the number of steps that execute in this process.</summary>
    /// <param name="change">1 when a step begins, -1 when it ends.</param>
    public void Working(StepType type, int change) => _executing.Add(change, Tag(TelemetryNames.StepType, EnumNames.Of(type)));

    /// <summary>Records a request to a model, also when its answer is not recorded: it has cost tokens.</summary>
    /// <param name="error">Why it failed; null when it succeeded.</param>
    public void Called(IChatClient client, string model, TokenUsage usage, ErrorKind? error, TimeSpan duration)
    {
        if (!_callDuration.Enabled && !_inputTokens.Enabled && !_outputTokens.Enabled && !_throttles.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            { TelemetryNames.Operation, TelemetryNames.Chat },
            { TelemetryNames.Provider, WorkSpans.Provider(client.GetService<ChatClientMetadata>()) },
            { TelemetryNames.RequestModel, model },
        };
        _inputTokens.Add(usage.InputTokens, tags);
        _outputTokens.Add(usage.OutputTokens, tags);
        if (error is { } kind)
        {
            tags.Add(TelemetryNames.ErrorType, EnumNames.Of(kind));
            _throttles.Add(kind == ErrorKind.RateLimited ? 1 : 0, Tag(TelemetryNames.RequestModel, model));
        }

        _callDuration.Record(duration.TotalSeconds, tags);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static double Between(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);
}
