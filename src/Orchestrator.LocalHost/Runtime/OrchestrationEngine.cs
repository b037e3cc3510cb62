using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The instances of one host and their shared services. Thread-safe.</summary>
internal sealed partial class OrchestrationEngine : IDisposable
{
    private readonly ConcurrentDictionary<string, InstanceEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>The instances that were found in the shared journal and do not run here.</summary>
    private readonly ConcurrentDictionary<string, bool> _inJournalOnly = new(StringComparer.Ordinal);
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

    /// <summary>The unfinished instances that were not selected for recovery at the start.</summary>
    public IReadOnlyCollection<string> NotRecovered => _skipped;

    public InstanceEntry? Find(string instanceId) => _entries.GetValueOrDefault(instanceId);

    /// <summary>The entry of an id, which is created when it is missing.</summary>
    public InstanceEntry EntryOf(string instanceId) => _entries.GetOrAdd(instanceId, static id => new InstanceEntry(id));

    /// <summary>Whether code may run for instances of a version.</summary>
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
                ? orchestrator.Invoke(
                    new OrchestratorInvocation(execution.Context, execution.Started.Input, Converter, _services, Activities.Aborting))
                : Task.FromException<object?>(TaskNotFoundException.Orchestrator(execution.Started.Name));
        }
        catch (Exception exception)
        {
            return Task.FromException<object?>(exception);
        }
    }

    public void Dispose()
    {
        Activities.Dispose();
        _watching.Dispose();
    }

    public void OnInstanceHalted(string instanceId, Exception exception) => _logger.InstanceBroke(exception, instanceId, exception.Message);

    public void OnEventUndelivered(string instanceId, EventSent sent, Exception exception) => _logger.EventUndelivered(
        _isStopped ? LogLevel.Debug : LogLevel.Error, exception, sent.Name, instanceId, sent.InstanceId);

    public void OnInstanceEnded(InstanceSnapshot ended)
    {
        _logger.InstanceEnded(ended.InstanceId, ended.Name, ended.Status);
        if (ended.Parent is { } parent && ended.ToParentEvent(Time.GetUtcNow().UtcDateTime) is { } answer)
        {
            Find(parent.InstanceId)?.Live?.Post(new Message(answer, parent.Generation));
        }

        ReleaseEnded(ended);
    }

    public void OnVersionRefused(string instanceId, string version)
    {
        _logger.OtherVersion(instanceId, version, DefaultVersion);
        _onVersionMismatch?.Invoke(instanceId);
    }

    /// <summary>Writes the extract of an ended instance and releases the instance.</summary>
    private void ReleaseEnded(InstanceSnapshot ended)
    {
        if (Find(ended.InstanceId) is not { } entry)
        {
            return;
        }

        if (_shared is null)
        {
            entry.CompleteEnd();
        }
        else
        {
            _ = ReleaseEndedAsync(entry, ended);
        }
    }

    private async Task ReleaseEndedAsync(InstanceEntry entry, InstanceSnapshot ended)
    {
        try
        {
            await PutExtractAsync(ended).ConfigureAwait(false);
        }
        finally
        {
            RememberChild(entry);
            entry.CompleteEnd();
        }
    }

    /// <summary>Remembers that a sub-orchestration is in the journal, where a replay of its parent finds it.</summary>
    private void RememberChild(InstanceEntry entry)
    {
        if (entry.Snapshot is { Parent: not null })
        {
            _inJournalOnly[entry.InstanceId] = true;
        }
    }

    private async Task PutExtractAsync(InstanceSnapshot ended)
    {
        try
        {
            // Copied, because the writer reuses its buffer.
            var records = ended.Extract().Select(historyEvent => (ReadOnlyMemory<byte>)HistoryEventWriter.Write(historyEvent).ToArray()).ToList();
            await _shared!.PutExtractAsync(new JournalId(ended.InstanceId, ended.Generation), records).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JournalException or IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            _logger.ExtractNotWritten(exception, ended.InstanceId);
        }
    }

    public void DeleteHistory(JournalId id) => _ = DeleteHistoryAsync(id);

    private async Task DeleteHistoryAsync(JournalId id)
    {
        try
        {
            await Journal.DeleteAsync(id).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The old history is ignored, because a newer one exists; it is deleted at the next start.
            _logger.HistoryNotDeleted(exception, id.ToString());
        }
    }
}

/// <summary>The services and options of an engine.</summary>
internal sealed record EngineParts(
    FunctionRegistry Registry,
    IServiceProvider Services,
    IJournal Journal,
    SteadyClock Time,
    DataConverter Converter,
    ILoggerFactory LoggerFactory,
    LocalDurableHostOptions Options,
    Action<OrchestrationInstance>? PumpScheduler);
