using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Settings;

/// <summary>The part of Azure Functions' <c>host.json</c> that the local host heeds. Immutable.</summary>
public sealed record HostSettings
{
    /// <summary>What comes before every function's route, without slashes at its ends. The default is <c>api</c>; empty means nothing.</summary>
    /// <value><c>extensions.http.routePrefix</c></value>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>The task hub's name, 1 to 100 characters; null means the runtime's own default.</summary>
    /// <value><c>extensions.durableTask.hubName</c></value>
    public string? HubName { get; init; }

    /// <summary>How many activities run at the same time, from 1 to 10,000; null means the runtime's own default.</summary>
    /// <value><c>extensions.durableTask.maxConcurrentActivityFunctions</c></value>
    public int? MaxConcurrentActivityFunctions { get; init; }

    /// <summary>How many orchestrators run at the same time, from 1 to 10,000; null means the runtime's own default.</summary>
    /// <value><c>extensions.durableTask.maxConcurrentOrchestratorFunctions</c></value>
    public int? MaxConcurrentOrchestratorFunctions { get; init; }

    /// <summary>The version of orchestrations that are started without one; null means the runtime's own default.</summary>
    /// <value><c>extensions.durableTask.defaultVersion</c></value>
    public string? DefaultVersion { get; init; }

    /// <summary>Whether instances of other versions are failed; false also where nothing is set.</summary>
    /// <value><c>extensions.durableTask.versionMatchStrategy</c> is <c>Strict</c>, and <c>versionFailureStrategy</c> is <c>Fail</c>.</value>
    public bool FailsOtherVersions { get; init; }

    /// <summary>The lowest level that is logged, by category; the category <c>default</c> is for all others. Category names have no case.</summary>
    /// <value><c>logging.logLevel</c></value>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file that was read; null when there is none.</summary>
    public string? Path { get; init; }

    /// <summary>Reads <c>host.json</c> in a folder, else the one beside the program; without either, defaults apply.</summary>
    /// <param name="rootFolder">Where to look first; null means beside the program only.</param>
    /// <param name="environment">
    /// Variables such as <c>AzureFunctionsJobHost__extensions__http__routePrefix</c>, which win over the file; null means those of the process.
    /// </param>
    /// <param name="version">
    /// The version that the app gives its orchestrations. Where instances of other versions are failed, <see cref="DefaultVersion"/> must be the same: each start
    /// would be failed at once. Null, the default: not checked.
    /// </param>
    /// <exception cref="HostSettingsException">The file cannot be read or holds wrong values; it lists all of them.</exception>
    public static HostSettings Load(string? rootFolder = null, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? version = null) =>
        HostSettingsReader.Read(rootFolder, environment, version);

    /// <summary>Carries over what the durable runtime heeds; what is not set stays as it is.</summary>
    public void ApplyTo(LocalDurableHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.HubName = HubName ?? options.HubName;
        options.MaxConcurrentActivityFunctions = MaxConcurrentActivityFunctions ?? options.MaxConcurrentActivityFunctions;
        options.DefaultVersion = DefaultVersion ?? options.DefaultVersion;
        options.FailsOtherVersions = FailsOtherVersions;
    }

    /// <summary>Carries over what the web host heeds.</summary>
    public void ApplyTo(LocalWebHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.RoutePrefix = RoutePrefix;
        options.HubName = HubName ?? options.HubName;
    }

    /// <summary>Makes a logger factory heed <see cref="LogLevels"/>.</summary>
    public void ApplyTo(ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        foreach (var (category, level) in LogLevels)
        {
            if (category.Equals(HostSettingsReader.DefaultCategory, StringComparison.OrdinalIgnoreCase))
            {
                logging.SetMinimumLevel(level);
            }
            else
            {
                logging.AddFilter(category, level);
            }
        }
    }
}

/// <summary><c>host.json</c>, or an environment variable that overrides it, is wrong. The message names the file and the path in it.</summary>
public sealed class HostSettingsException : Exception
{
    public HostSettingsException()
    {
    }

    public HostSettingsException(string message)
        : base(message)
    {
    }

    public HostSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
