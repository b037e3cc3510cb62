using System.Net;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Management;

namespace Orchestrator.LocalHost.Http;

/// <summary>Where and how the web host listens.</summary>
public sealed class LocalWebHostOptions
{
    /// <summary>The address to listen on; the default is loopback. Any other needs a <see cref="Key"/>.</summary>
    public IPAddress Address { get; set; } = IPAddress.Loopback;

    /// <summary>0 to 65535; 0 takes any free port, and <see cref="LocalWebHost.Address"/> tells which. The default is 7071, as <c>func start</c> has it.</summary>
    public int Port { get; set; } = 7071;

    /// <summary>What callers must know, see <see cref="AccessPolicy"/>; null, the default, needs none and is for loopback only.</summary>
    public string? Key { get; set; }

    /// <summary>What comes before every function's route; the default is <c>api</c>, empty means nothing.</summary>
    public string RoutePrefix { get; set; } = "api";

    /// <summary>The task hub named in management addresses; null, the default, names none.</summary>
    public string? HubName { get; set; }

    /// <summary>Where the management API reads histories, see <see cref="ManagementOptions.History"/>; null, the default, shows none.</summary>
    public Func<string, CancellationToken, IAsyncEnumerable<HistoryEvent>>? History { get; set; }

    /// <summary>How long a stop waits for requests that do not heed their tokens. The default is 5 seconds; zero cuts them off at once.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of waits in the management API; the default is the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
