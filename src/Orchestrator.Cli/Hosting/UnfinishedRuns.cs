using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Hosting;

/// <summary>Decides which unfinished runs this process continues, at its start and when another process has ended. Thread-safe.</summary>
internal sealed class UnfinishedRuns(LocalAppSettings settings, IServiceProvider services)
{
    /// <summary>By run. Another attempt of it, or another run of its id, is judged anew: it may ask another kind of model.</summary>
    private readonly ConcurrentDictionary<string, LeftAttempt> _left = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Run, RunIdentity? Identity, int Attempt), bool> _known = new();
    private readonly ILogger _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<UnfinishedRuns>();

    /// <summary>
    /// Whether the app has started. Then the runs that are not continued are logged, each attempt once; those of the start are shown by the command.
    /// </summary>
    public bool HasStarted { get; set; }

    /// <summary>The runs that are not continued because no provider, or another kind of model, would answer, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> WithoutModel =>
        _left.ToDictionary(left => left.Key, left => left.Value.Reason, StringComparer.Ordinal);

    /// <summary>The runs that are not continued because their records cannot be read, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    /// <summary>The ids of the runs that orchestration instances belong to, each once and in ordinal order.</summary>
    public static IReadOnlyList<string> RunIds(IEnumerable<string> instanceIds) =>
        [.. instanceIds.Select(RunId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether the app continues an orchestration instance that may be unfinished.</summary>
    public async Task<bool> ContinuesAsync(string instanceId, CancellationToken cancellationToken)
    {
        var runId = RunId(instanceId);
        if (settings.Storage.Kind != StorageKind.Files && settings.Runs.Contains(runId))
        {
            return true;
        }

        if (settings.Continues is not { } continues)
        {
            return false;
        }

        try
        {
            var runs = services.GetRequiredService<RunStore>();
            var record = await runs.FindAsync(runId, cancellationToken);
            if (!continues(record))
            {
                Log(runId, record, "it was begun in the foreground by a process that has ended. "
                    + $"'orchestrator resume {runId}' ('orchestrator runs continue {runId}' if it is suspended) goes on with it, "
                    + $"'orchestrator runs cancel {runId}' ends it.");
                return false;
            }

            if (record is not { HasEnded: false })
            {
                return true;
            }

            if (_left.TryGetValue(runId, out var left) && left.Run == record.Identity && left.Attempt == record.Attempt)
            {
                return false;
            }

            if (await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not { } run
                || ModelChange.FindObstacle(run, services.GetRequiredService<IChatClientFactory>()) is not { } obstacle)
            {
                return true;
            }

            // The run would fail at once, or be paid for, or get made-up texts, without being asked for. A start without a provider is refused, too.
            _left[runId] = new LeftAttempt(record.Identity, record.Attempt, obstacle);
            Log(runId, record, $"{obstacle} Then start this server again, or 'orchestrator runs cancel {runId}' ends it.");
            return false;
        }
        catch (UnreadableRecordException problem)
        {
            // A record that cannot be read does not say whether the run has a foreground caller.
            _unreadable[runId] = problem.Message;
            Log(runId, null, problem.Message);
            return false;
        }
    }

    private void Log(string runId, RunRecord? record, string reason)
    {
        if (_known.TryAdd((runId, record?.Identity, record?.Attempt ?? 0), true) && HasStarted)
        {
            _logger.RunLeft(runId, reason);
        }
    }

    private static string RunId(string instanceId) => instanceId.Split('.')[0];

    /// <summary>An attempt that is not continued, and why.</summary>
    private sealed record LeftAttempt(RunIdentity Run, int Attempt, string Reason);
}

/// <summary>The log lines of the command.</summary>
internal static partial class CommandLog
{
    [LoggerMessage(4001, LogLevel.Warning, "The run '{Run}' does not go on in this process: {Reason}")]
    public static partial void RunLeft(this ILogger logger, string run, string reason);
}
