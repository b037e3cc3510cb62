using System.ComponentModel.DataAnnotations;
using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Client;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>
/// Runs durable orchestrations in this process: the abstractions of the Durable Task SDK on a journal. Unfinished instances of the journal continue
/// when the host starts. Thread-safe.
/// </summary>
public sealed class LocalDurableHost : IAsyncDisposable
{
    private readonly OrchestrationEngine _engine;
    private readonly EngineParts _parts;
    private Task? _stopped;

    private LocalDurableHost(EngineParts parts)
    {
        _parts = parts;
        _engine = new OrchestrationEngine(parts);
        Client = new LocalDurableTaskClient(parts.Options.HubName, _engine);
    }

    /// <summary>Starts, queries and controls instances. Thread-safe.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>The registered orchestrators, in no particular order.</summary>
    public IReadOnlyCollection<OrchestratorRegistration> Orchestrators => _parts.Registry.Orchestrators;

    /// <summary>The registered activities, in no particular order.</summary>
    public IReadOnlyCollection<ActivityRegistration> Activities => _parts.Registry.Activities;

    /// <summary>The container from which functions resolve their services.</summary>
    public IServiceProvider Services => _parts.Services;

    /// <summary>The clock of the host, a <see cref="SteadyClock"/>.</summary>
    public TimeProvider TimeProvider => _parts.Time;

    /// <summary>Serializes inputs, outputs and event payloads.</summary>
    public DataConverter DataConverter => _parts.Converter;

    /// <summary>
    /// The instances that cannot continue because their histories are damaged or could not be written, by id, with the reason. All other instances
    /// run.
    /// </summary>
    public IReadOnlyDictionary<string, Exception> RefusedInstances =>
        _engine.Entries.Where(entry => entry.Fault is not null).ToDictionary(entry => entry.InstanceId, entry => entry.Fault!);

    /// <summary>The number of activities that run now, without those of <see cref="LocalDurableHostOptions.SteeringActivities"/>.</summary>
    public int RunningActivities => _engine.Activities.Running;

    /// <summary>Starts a host. It runs until it is stopped or disposed.</summary>
    /// <param name="configure">Registers the functions and sets the journal; histories are kept in memory by default.</param>
    /// <param name="cancellationToken">Cancels the start while histories are read.</param>
    /// <exception cref="ValidationException">Options are out of range; the message lists all of them.</exception>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public static async Task<LocalDurableHost> StartAsync(Action<LocalDurableHostBuilder> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new LocalDurableHostBuilder();
        try
        {
            configure(builder);
            var host = new LocalDurableHost(builder.Build());
            _ = host._engine.WatchJournalAsync();
            await host._engine.RecoverAllAsync(builder.Options.Recovers, cancellationToken).ConfigureAwait(false);
            _ = host._engine.ReceiveAsync();
            if (builder.Options.TakeoverInterval is { } interval)
            {
                _ = host._engine.TakeOverAsync(interval, builder.Options.Recovers);
            }

            return host;
        }
        catch
        {
            // Release the journal: the caller gets no host to dispose.
            if (builder.Journal is { } journal)
            {
                await journal.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Reads the durable events of an instance's current execution, oldest first; none when the instance is unknown.</summary>
    /// <exception cref="JournalException">The instance is refused, or a record of it cannot be understood.</exception>
    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(
        string instanceId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (await _engine.FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is not { } snapshot)
        {
            yield break;
        }

        var id = new JournalId(instanceId, snapshot.Generation);
        var number = 0;
        await foreach (var record in _parts.Journal.ReadAsync(id, cancellationToken).ConfigureAwait(false))
        {
            yield return HistoryEventReader.Read(id, ++number, record.Span);
        }
    }

    /// <summary>
    /// Whether an instance is of a version that this host fails (<see cref="LocalDurableHostOptions.FailsOtherVersions"/>), so that no code of it
    /// runs here. False for an unknown one.
    /// </summary>
    /// <exception cref="JournalException">The instance is refused.</exception>
    public async Task<bool> IsOfAnotherVersionAsync(string instanceId, CancellationToken cancellationToken = default) =>
        await _engine.FindSnapshotAsync(instanceId, cancellationToken).ConfigureAwait(false) is { } snapshot && !_engine.Accepts(snapshot.Version);

    /// <summary>The ids of the unfinished instances that run in this host, in no particular order.</summary>
    public IReadOnlyCollection<string> Driven => [.. _engine.Entries.Where(entry => entry.Live is not null).Select(entry => entry.InstanceId)];

    /// <summary>
    /// The ids of the unfinished instances that were not recovered at the start, because <see cref="LocalDurableHostOptions.Recovers"/> returned
    /// false.
    /// </summary>
    public IReadOnlyCollection<string> NotRecovered => _engine.NotRecovered;

    /// <summary>Continues an unfinished instance that runs in no process.</summary>
    /// <returns>A description of the process that runs it instead; null when it continues here, has ended, or is unknown.</returns>
    /// <exception cref="JournalException">Its history is damaged, or the journal cannot be written.</exception>
    public Task<string?> RecoverInstanceAsync(string instanceId, CancellationToken cancellationToken = default) =>
        _engine.RecoverInstanceAsync(instanceId, cancellationToken);

    /// <summary>
    /// The process that runs an instance of a shared journal and did not accept the last message of this host's client within 10 s, because it is
    /// suspended or hangs. Null when it accepted the message, or none was sent.
    /// </summary>
    public JournalOwner? FindUnresponsive(string instanceId) => _engine.FindUnresponsive(instanceId);

    /// <summary>
    /// Stops the host. No new work starts; running activities may end within <see cref="LocalDurableHostOptions.StopTimeout"/>, then their token is
    /// cancelled and they have 10 s for their last writes. Their results are recorded, then the journal is closed. Unfinished instances continue at
    /// the next start. A second call returns the task of the first.
    /// </summary>
    /// <param name="abort">Cancels the token of running activities at once. Ignored on a second call.</param>
    public Task StopAsync(CancellationToken abort = default) => _stopped ??= StopOnceAsync(abort);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private async Task StopOnceAsync(CancellationToken abort)
    {
        using var timeout = new CancellationTokenSource(_parts.Options.StopTimeout, _parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        await _engine.StopAsync(either.Token).ConfigureAwait(false);
        await _parts.Journal.DisposeAsync().ConfigureAwait(false);
        _engine.Dispose();
    }
}
