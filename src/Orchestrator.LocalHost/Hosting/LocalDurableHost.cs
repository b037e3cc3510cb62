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
/// Durable orchestrations in this process: what the Durable SDK describes, with a journal of our own beneath it. When it starts, every unfinished
/// instance in its journal goes on by itself.
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

    /// <summary>Starts, queries and steers instances. Thread safe.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>The orchestrators, by name.</summary>
    public IReadOnlyCollection<OrchestratorRegistration> Orchestrators => _parts.Registry.Orchestrators;

    /// <summary>The activities, by name.</summary>
    public IReadOnlyCollection<ActivityRegistration> Activities => _parts.Registry.Activities;

    /// <summary>Where functions find their services.</summary>
    public IServiceProvider Services => _parts.Services;

    /// <summary>The clock of everything.</summary>
    public TimeProvider TimeProvider => _parts.Time;

    /// <summary>Writes and reads inputs, outputs and payloads.</summary>
    public DataConverter DataConverter => _parts.Converter;

    /// <summary>Instances that cannot go on, since their histories are damaged or could not be written, and why. Everything else runs.</summary>
    public IReadOnlyDictionary<string, Exception> RefusedInstances =>
        _engine.Entries.Where(entry => entry.Fault is not null).ToDictionary(entry => entry.InstanceId, entry => entry.Fault!);

    /// <summary>How many activities are executed now, those that steer (<see cref="LocalDurableHostOptions.SteeringActivities"/>) not counted.</summary>
    public int RunningActivities => _engine.Activities.Running;

    /// <summary>Starts a host. It runs until it is disposed.</summary>
    /// <param name="configure">Adds the functions and says where histories are kept: in memory unless told otherwise.</param>
    /// <param name="cancellation">Gives up reading the histories.</param>
    /// <exception cref="ValidationException">Settings are out of range.</exception>
    /// <exception cref="JournalException">The journal cannot be read at all.</exception>
    public static async Task<LocalDurableHost> StartAsync(Action<LocalDurableHostBuilder> configure, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new LocalDurableHostBuilder();
        try
        {
            configure(builder);
            var host = new LocalDurableHost(builder.Build());
            _ = host._engine.WatchJournalAsync();
            await host._engine.RecoverAsync(builder.Options.Recovers, cancellation).ConfigureAwait(false);
            _ = host._engine.ReceiveAsync();
            if (builder.Options.TakeoverInterval is { } interval)
            {
                _ = host._engine.TakeOverAsync(interval, builder.Options.Recovers);
            }

            return host;
        }
        catch
        {
            // The folder must not stay locked by a host that was not returned.
            if (builder.Journal is { } journal)
            {
                await journal.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>The durable events of an instance's current execution, from the first on; none when it is unknown.</summary>
    /// <exception cref="JournalException">The instance is refused.</exception>
    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (await _engine.FindSnapshotAsync(instanceId, cancellation).ConfigureAwait(false) is not { } snapshot)
        {
            yield break;
        }

        await foreach (var record in _parts.Journal.ReadAsync(new JournalId(instanceId, snapshot.Generation), cancellation).ConfigureAwait(false))
        {
            yield return HistoryEventReader.Read(record.Span);
        }
    }

    /// <summary>The unfinished instances that this host drives, in no particular order.</summary>
    public IReadOnlyCollection<string> Driven => [.. _engine.Entries.Where(entry => entry.Live is not null).Select(entry => entry.InstanceId)];

    /// <summary>The unfinished instances that were left alone when the host started, since <see cref="LocalDurableHostOptions.Recovers"/> said so.</summary>
    public IReadOnlyCollection<string> Left => _engine.Left;

    /// <summary>Goes on with an unfinished instance of a shared journal that no process drives.</summary>
    /// <returns>Who drives it instead, in words; null when it goes on here, has ended, or is unknown.</returns>
    /// <exception cref="JournalException">Its history is damaged, or the journal cannot be written.</exception>
    public Task<string?> GoOnAsync(string instanceId, CancellationToken cancellation = default) => _engine.GoOnAsync(instanceId, cancellation);

    /// <summary>
    /// The process that drives an instance of a shared journal and did not take, within 10 s, the last message that this host's client left for it: it is
    /// stopped, or it hangs. Null when it took that, or there was none.
    /// </summary>
    public JournalOwner? FindUnresponsive(string instanceId) => _engine.FindUnresponsive(instanceId);

    /// <summary>
    /// Stops: nothing new begins; running activities may end within <see cref="LocalDurableHostOptions.StopTimeout"/>, then their token fires and
    /// they have ten seconds for their last writes; what they return is recorded, and the journal is closed. Unfinished instances go on at the next
    /// start. Stopping twice is no error.
    /// </summary>
    /// <param name="abort">Fires the token of running activities at once. Of a second call it is ignored.</param>
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
