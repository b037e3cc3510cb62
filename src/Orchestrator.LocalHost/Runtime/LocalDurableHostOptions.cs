using System.ComponentModel.DataAnnotations;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The host's settings. They are checked when it starts, all of them at once.</summary>
public sealed class LocalDurableHostOptions
{
    /// <summary>How many activities run at the same time.</summary>
    /// <value>1 to 10,000; the default is 64.</value>
    [Range(1, 10_000)]
    public int MaxConcurrentActivityFunctions { get; set; } = 64;

    /// <summary>Activities that only steer others, by name, letter case ignored. They have a lane of their own, with as many places.</summary>
    /// <value>Empty by default. Never null.</value>
    public ICollection<string> SteeringActivities { get; } = [];

    /// <summary>How long a stopping host lets running activities go on before it fires their token.</summary>
    /// <value>Zero to one hour; the default is 30 seconds. What does not end by itself then runs again at the next start.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Tells running activities that the host stops, long before their token fires: one that waits or has not begun to work may then end by an
    /// <see cref="OperationCanceledException"/>. Nothing begins any more by then, and what is cancelled is not recorded: it runs again at the next start.
    /// </summary>
    /// <value>Null, the default: they are not told. It is called once, by the first to stop the host, and must return soon.</value>
    public Action? OnStopping { get; set; }

    /// <summary>The version of orchestrations that are started without one.</summary>
    /// <value>Empty, the default, means unversioned. Never null.</value>
    [Required(AllowEmptyStrings = true)]
    public string DefaultVersion { get; set; } = string.Empty;

    /// <summary>
    /// Whether an instance of any version but <see cref="DefaultVersion"/> is failed before code of it runs, with the error type <c>VersionMismatch</c>: what host.json
    /// asks of the Functions host by <c>versionMatchStrategy: Strict</c> and <c>versionFailureStrategy: Fail</c>.
    /// </summary>
    /// <value>False, the default: every version runs.</value>
    public bool FailsOtherVersions { get; set; }

    /// <summary>Told the id of each instance that was failed for its version, once that is durable.</summary>
    /// <value>Null, the default: nothing is told. It is called on the instance's own thread and must return soon.</value>
    public Action<string>? OnVersionMismatch { get; set; }

    /// <summary>The name that the client goes by.</summary>
    /// <value>1 to 100 characters; the default is "local".</value>
    [Required]
    [StringLength(100, MinimumLength = 1)]
    public string HubName { get; set; } = "local";

    /// <summary>Which instances in the journal go on when the host starts, by their ids.</summary>
    /// <value>
    /// Null, the default: all. In a journal that processes share it is asked only of those that may be unfinished; what another process drives does not go
    /// on here whatever it says, and all can be looked at. In another journal the others are unknown.
    /// </value>
    public Func<string, CancellationToken, Task<bool>>? Recovers { get; set; }

    /// <summary>How often a running host looks for unfinished instances in a shared journal whose process has ended, and goes on with those that <see cref="Recovers"/> says.</summary>
    /// <value>One second to one hour; null, the default: never. In a journal that is not shared it means nothing.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan? TakeoverInterval { get; set; }
}
