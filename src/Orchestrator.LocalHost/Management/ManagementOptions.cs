using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>What the management API must know beside the client.</summary>
public sealed record ManagementOptions
{
    /// <summary>Who may call it; the default is loopback, without a key.</summary>
    public AccessPolicy Access { get; init; } = AccessPolicy.Loopback;

    /// <summary>The task hub named in the addresses it answers with; null, the default, names none.</summary>
    public string? HubName { get; init; }

    /// <summary>The orchestrators that can be started, in any case; null, the default, tries whatever is asked for.</summary>
    public IReadOnlyCollection<string>? Orchestrators { get; init; }

    /// <summary>
    /// Reads the durable events of an instance's current execution, none when it is unknown: <see cref="LocalDurableHost.ReadHistoryAsync"/>. Null, the
    /// default, refuses <c>showHistory</c>, since clients of the SDK need not have histories.
    /// </summary>
    public Func<string, CancellationToken, IAsyncEnumerable<HistoryEvent>>? History { get; init; }

    /// <summary>Ends waits for a completion when the host stops.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>The clock of waits for a completion; the default is the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
