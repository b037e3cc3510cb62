using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Orchestrator.Functions;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// The functions of the app, with one activity that is executed twice at the same time: as the task hub of the real engine may do. Thread-safe.
/// </summary>
/// <param name="doubled">The name of that activity; null for none.</param>
internal sealed partial class SweepActivities(string? doubled)
{
    private static readonly FunctionCatalog Functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);

    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    /// <summary>What was executed, in no order: instance, activity and input.</summary>
    public IReadOnlyList<string> Names => [.. _names.Keys.Order(StringComparer.Ordinal)];

    /// <summary>What was executed twice; null when nothing was.</summary>
    public string? Doubled => doubled is not null && _names.ContainsKey(doubled) ? $"twice: {doubled}" : null;

    public void AddTo(LocalDurableHostBuilder builder)
    {
        foreach (var orchestrator in Functions.Orchestrators.Values)
        {
            builder.AddOrchestrator(
                new OrchestratorRegistration(orchestrator.Orchestration, run => orchestrator.RunAsync(run.Context, run.Services)));
        }

        foreach (var activity in Functions.Activities.Values)
        {
            builder.AddActivity(new ActivityRegistration(activity.Activity, run => RunAsync(activity, run)) { InputType = activity.InputType });
        }
    }

    /// <summary>Without stamps, which are random, and times, so that another run of the case finds the same activity.</summary>
    [GeneratedRegex("\"stamp\":\"[0-9a-f]+\"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*")]
    private static partial Regex OfThisRun { get; }

    private async Task<object?> RunAsync(ActivityFunction activity, ActivityInvocation run)
    {
        var name = $"{run.InstanceId} {run.Name} {OfThisRun.Replace(run.SerializedInput ?? "", "")}";
        var isFirst = _names.TryAdd(name, true);
        var answer = OnceAsync(activity, run);
        if (isFirst && name == doubled)
        {
            await Task.WhenAll(answer, OnceAsync(activity, run));
        }

        return await answer;
    }

    private static Task<object?> OnceAsync(ActivityFunction activity, ActivityInvocation run) =>
        activity.RunAsync(run.GetInput(activity.InputType), run.InstanceId, run.Services, run.CancellationToken);
}
