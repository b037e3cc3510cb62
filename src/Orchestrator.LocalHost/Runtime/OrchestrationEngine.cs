using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>All instances of one host, and what they have in common. Thread safe.</summary>
internal sealed partial class OrchestrationEngine : IDisposable
{
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

    public void Dispose()
    {
        Activities.Dispose();
        _watching.Dispose();
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

    private async Task DeleteHistoryAsync(JournalId id)
    {
        try
        {
            await Journal.DeleteAsync(id).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            // A newer history exists, so the old one is ignored; it is deleted at the next start.
            _logger.HistoryNotDeleted(problem, id.ToString());
        }
    }
}

/// <summary>What an engine is made of.</summary>
internal sealed record EngineParts(
    FunctionRegistry Registry,
    IServiceProvider Services,
    IJournal Journal,
    SteadyClock Time,
    DataConverter Converter,
    ILoggerFactory LoggerFactory,
    LocalDurableHostOptions Options,
    Action<OrchestrationInstance>? PumpScheduler);
