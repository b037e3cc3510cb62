using System.ComponentModel.DataAnnotations;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The options of a <c>LocalDurableHost</c>, which are validated when it starts. Not thread-safe.</summary>
public sealed class LocalDurableHostOptions
{
    /// <summary>Maximum number of concurrent activities.</summary>
    /// <value>1 to 10,000; the default is 64.</value>
    [Range(1, 10_000)]
    public int MaxConcurrentActivityFunctions { get; set; } = 64;

    /// <summary>
    /// The names of activities that only control others, not case-sensitive. They have a separate queue with the same limit, so that they do not wait
    /// for the activities that they control.
    /// </summary>
    /// <value>Empty by default. Never null.</value>
    public ICollection<string> SteeringActivities { get; } = [];

    /// <summary>Maximum time that a stopping host waits for running activities before it cancels their token.</summary>
    /// <value>Zero to one hour; the default is 30 seconds. Activities that do not end run again at the next start.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Called when the host begins to stop, before the token of activities is cancelled, so that activities that only wait can end with an <see
    /// cref="OperationCanceledException"/>. Those are not recorded and run again at the next start. No new activity starts by then.
    /// </summary>
    /// <value>Null by default. It is called once, on the thread of the first <c>StopAsync</c>, and must return soon.</value>
    public Action? OnStopping { get; set; }

    /// <summary>The version of orchestrations that are started without one.</summary>
    /// <value>Empty by default, which means unversioned. Never null.</value>
    [Required(AllowEmptyStrings = true)]
    public string DefaultVersion { get; set; } = string.Empty;

    /// <summary>
    /// Whether an instance of a version other than <see cref="DefaultVersion"/> is failed before its code runs, with the error type
    /// <c>VersionMismatch</c>, as the Functions host does for <c>versionMatchStrategy: Strict</c> and <c>versionFailureStrategy: Fail</c>.
    /// </summary>
    /// <value>False by default: every version runs.</value>
    public bool FailsOtherVersions { get; set; }

    /// <summary>Called with the id of each instance that was failed for its version, after that is durable.</summary>
    /// <value>Null by default. It is called on the instance's pump and must return soon.</value>
    public Action<string>? OnVersionMismatch { get; set; }

    /// <summary>The name of the task hub, which is the client's name.</summary>
    /// <value>1 to 100 characters; the default is "local".</value>
    [Required]
    [StringLength(100, MinimumLength = 1)]
    public string HubName { get; set; } = "local";

    /// <summary>Selects by id the unfinished instances that continue when the host starts.</summary>
    /// <value>
    /// Null by default: all continue. For a shared journal it is called only for instances that may be unfinished; instances that run in another
    /// process do not continue here in any case. Instances that are not selected can still be queried.
    /// </value>
    public Func<string, CancellationToken, Task<bool>>? Recovers { get; set; }

    /// <summary>
    /// The interval at which a running host takes over unfinished instances of a shared journal whose process has ended, if <see cref="Recovers"/>
    /// selects them.
    /// </summary>
    /// <value>One second to one hour; null, the default, means never. Ignored for a journal that is not shared.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan? TakeoverInterval { get; set; }
}
