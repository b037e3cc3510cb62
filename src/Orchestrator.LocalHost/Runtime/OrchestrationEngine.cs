using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>All instances of one host, and what they have in common. Thread safe.</summary>
internal sealed partial class OrchestrationEngine : IDisposable
{
    /// <summary>Maximum time that activities have for their last writes after they were told to end, such as the record of a paid answer.</summary>
    private static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, InstanceEntry> _entries = new(StringComparer.Ordinal);
    /// <summary>Instances that the last look found in the shared journal, and that do not run here.</summary>
    private readonly ConcurrentDictionary<string, bool> _resting = new(StringComparer.Ordinal);
    private readonly ISharedJournal? _shared;
    private readonly FunctionRegistry _registry;
    private readonly IServiceProvider _services;
    private readonly Action<OrchestrationInstance>? _pumpScheduler;
    private readonly Action? _onStopping;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _watching = new();
    private readonly bool _failsOtherVersions;
    private readonly Action<string>? _onVersionMismatch;
    private volatile bool _isStopped;
    private volatile JournalException? _lost;

    public OrchestrationEngine(EngineParts parts)
    {
        _registry = parts.Registry;
        _services = parts.Services;
        _pumpScheduler = parts.PumpScheduler;
        _onStopping = parts.Options.OnStopping;
        Journal = parts.Journal;
        _shared = parts.Journal as ISharedJournal;
        Time = parts.Time;
        Converter = parts.Converter;
        LoggerFactory = parts.LoggerFactory;
        DefaultVersion = parts.Options.DefaultVersion;
        _failsOtherVersions = parts.Options.FailsOtherVersions;
        _onVersionMismatch = parts.Options.OnVersionMismatch;
        _logger = LoggerFactory.CreateLogger("Orchestrator.LocalHost");
        Activities = new ActivityDispatcher(parts.Options, _registry, _services, Converter, _logger);
    }

    public IJournal Journal { get; }

    public SteadyClock Time { get; }

    public DataConverter Converter { get; }

    public ILoggerFactory LoggerFactory { get; }

    public string DefaultVersion { get; }

    public ActivityDispatcher Activities { get; }

    public IEnumerable<InstanceEntry> Entries => _entries.Values;

    /// <summary>Unfinished instances that were left alone when the host started, since they were not to go on.</summary>
    public IReadOnlyCollection<string> Left => _left;

    public InstanceEntry? Find(string instanceId) => _entries.GetValueOrDefault(instanceId);

    /// <summary>The entry of an id, whether or not there is an instance.</summary>
    public InstanceEntry EntryOf(string instanceId) => _entries.GetOrAdd(instanceId, static id => new InstanceEntry(id));

    /// <summary>Whether code may run for an instance of this version.</summary>
    public bool Accepts(string version) => !_failsOtherVersions || version == DefaultVersion;

    public void Schedule(OrchestrationInstance instance)
    {
        if (_pumpScheduler is { } schedule)
        {
            schedule(instance);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(instance, preferLocal: false);
        }
    }

    public void RunHere(OrchestrationInstance instance)
    {
        if (_pumpScheduler is { } schedule)
        {
            schedule(instance);
        }
        else
        {
            instance.Execute();
        }
    }

    /// <summary>Runs the orchestrator's code up to its first wait.</summary>
    public Task<object?> InvokeAsync(Execution execution)
    {
        try
        {
            return _registry.FindOrchestrator(execution.Started.Name) is { } orchestrator
                ? orchestrator.Invoke(new OrchestratorInvocation(execution.Context, execution.Started.Input, Converter, _services, Activities.Aborting))
                : Task.FromException<object?>(TaskNotFoundException.Orchestrator(execution.Started.Name));
        }
        catch (Exception problem)
        {
            return Task.FromException<object?>(problem);
        }
    }

    public void ThrowIfStopped()
    {
        if (_lost is { } lost)
        {
            throw new JournalException(lost.Message, lost);
        }

        if (_isStopped)
        {
            throw Stopped();
        }
    }

    /// <summary>Starts nothing more, lets running activities end, tells those that take too long to end, and records what they return.</summary>
    /// <param name="abort">Ends the wait for running activities: then their token fires.</param>
    public async Task StopAsync(CancellationToken abort)
    {
        _isStopped = true;

        // Closed before activities are told: from here on a cancelled activity is one that the stop has cancelled, and no failure.
        var ended = Activities.CloseAsync();
        _onStopping?.Invoke();
        await _watching.CancelAsync().ConfigureAwait(false);
        await ended.WaitAsync(abort).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCompleted)
        {
            await Activities.AbortAsync().ConfigureAwait(false);
            try
            {
                await ended.WaitAsync(FinalWriteTimeout, Time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                _logger.ActivitiesRunning(Activities.Running);
            }
        }

        await Task.WhenAll(_entries.Values.Select(entry => entry.Live).OfType<OrchestrationInstance>().Select(instance => instance.HaltAsync())).ConfigureAwait(false);
        await Task.WhenAll(_entries.Values.Select(entry => entry.Rested)).ConfigureAwait(false);
        foreach (var entry in _entries.Values)
        {
            entry.StopWaiting(Stopped());
        }
    }

    public void Dispose()
    {
        Activities.Dispose();
        _watching.Dispose();
    }

    /// <summary>
    /// When the journal is lost, another process may go on with the instances: here they stand still at once. What they had asked for and was not
    /// visible yet is not shown; activities are told to stop, and what they return is dropped.
    /// </summary>
    public async Task WatchJournalAsync()
    {
        JournalException lost;
        var watching = _watching.Token;
        try
        {
            lost = await Journal.Lost.WaitAsync(watching).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _lost = lost;
        _isStopped = true;
        _logger.JournalLost(lost, lost.Message);
        foreach (var entry in _entries.Values)
        {
            if (entry.Live is { } live)
            {
                entry.Refuse(lost);
                _ = live.HaltAsync();
            }
        }

        _ = Activities.CloseAsync();
        await Activities.AbortAsync().ConfigureAwait(false);
    }

    public void InstanceBroke(string instanceId, Exception problem) => _logger.InstanceBroke(problem, instanceId, problem.Message);

    public void EventUndelivered(string instanceId, EventSent sent, Exception problem) => _logger.EventUndelivered(
        _isStopped ? LogLevel.Debug : LogLevel.Error, problem, sent.Name, instanceId, sent.InstanceId);

    public void InstanceEnded(InstanceSnapshot ended)
    {
        _logger.InstanceEnded(ended.InstanceId, ended.Name, ended.Status);
        if (ended.Parent is { } parent && ended.Answer(Time.GetUtcNow().UtcDateTime) is { } answer)
        {
            Find(parent.InstanceId)?.Live?.Post(new Message(answer, parent.Generation));
        }

        Rest(ended);
    }

    public void Refused(string instanceId, string version)
    {
        _logger.OtherVersion(instanceId, version, DefaultVersion);
        _onVersionMismatch?.Invoke(instanceId);
    }

    public void DeleteHistory(JournalId id) => _ = DeleteHistoryAsync(id);

    private static ObjectDisposedException Stopped() => new(nameof(LocalDurableHost), "The host has stopped. Unfinished instances go on at its next start.");

    private async Task DeleteHistoryAsync(JournalId id)
    {
        try
        {
            await Journal.DeleteAsync(id).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            // A newer history exists, so the old one is ignored; it is deleted at the next start.
            _logger.HistoryNotDeleted(problem, id);
        }
    }
}
