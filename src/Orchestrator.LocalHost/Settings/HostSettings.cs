using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Runtime;

namespace Orchestrator.LocalHost.Settings;

/// <summary>The settings of Azure Functions' <c>host.json</c> that the local host supports. Immutable.</summary>
public sealed record HostSettings
{
    /// <summary>The prefix of every function's route, without leading and trailing slashes. The default is <c>api</c>; empty means none.</summary>
    /// <value><c>extensions.http.routePrefix</c></value>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>The name of the task hub, 1 to 100 characters; null uses the runtime's default.</summary>
    /// <value><c>extensions.durableTask.hubName</c></value>
    public string? HubName { get; init; }

    /// <summary>Maximum number of concurrent activities, 1 to 10,000; null uses the runtime's default.</summary>
    /// <value><c>extensions.durableTask.maxConcurrentActivityFunctions</c></value>
    public int? MaxConcurrentActivityFunctions { get; init; }

    /// <summary>Maximum number of concurrent orchestrators, 1 to 10,000; null uses the runtime's default.</summary>
    /// <value><c>extensions.durableTask.maxConcurrentOrchestratorFunctions</c></value>
    public int? MaxConcurrentOrchestratorFunctions { get; init; }

    /// <summary>The version of orchestrations that are started without one; null uses the runtime's default.</summary>
    /// <value><c>extensions.durableTask.defaultVersion</c></value>
    public string? DefaultVersion { get; init; }

    /// <summary>Whether instances of other versions are failed. The default is false.</summary>
    /// <value><c>extensions.durableTask.versionMatchStrategy</c> is <c>Strict</c>, and <c>versionFailureStrategy</c> is <c>Fail</c>.</value>
    public bool FailsOtherVersions { get; init; }

    /// <summary>Minimum log level by category, not case-sensitive; <c>default</c> applies to all other categories.</summary>
    /// <value><c>logging.logLevel</c></value>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; init; } = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The path of the file that was read; null when there is none.</summary>
    public string? Path { get; init; }

    /// <summary>Reads <c>host.json</c> from a folder, or else from the folder of the program. Without either, the defaults apply.</summary>
    /// <param name="rootFolder">The folder that is searched first; null searches only that of the program.</param>
    /// <param name="environment">
    /// Variables such as <c>AzureFunctionsJobHost__extensions__http__routePrefix</c>, which override the file; null uses those of the process.
    /// </param>
    /// <param name="version">
    /// The version of the app's orchestrations. Where instances of other versions are failed, <see cref="DefaultVersion"/> must equal it, since every
    /// start would fail. Null, the default, skips the check.
    /// </param>
    /// <exception cref="HostSettingsException">The file cannot be read or has invalid values; the message lists all of them.</exception>
    public static HostSettings Load(
        string? rootFolder = null, IEnumerable<KeyValuePair<string, string?>>? environment = null, string? version = null) =>
        HostSettingsReader.Read(rootFolder, environment, version);

    /// <summary>Applies the settings of the durable runtime. Settings without a value change nothing.</summary>
    public void ApplyTo(LocalDurableHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.HubName = HubName ?? options.HubName;
        options.MaxConcurrentActivityFunctions = MaxConcurrentActivityFunctions ?? options.MaxConcurrentActivityFunctions;
        options.DefaultVersion = DefaultVersion ?? options.DefaultVersion;
        options.FailsOtherVersions = FailsOtherVersions;
    }

    /// <summary>Applies the settings of the web host.</summary>
    public void ApplyTo(LocalWebHostOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.RoutePrefix = RoutePrefix;
        options.HubName = HubName ?? options.HubName;
    }

    /// <summary>Applies <see cref="LogLevels"/> to a logger factory.</summary>
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

/// <summary>
/// <c>host.json</c>, or an environment variable that overrides it, is invalid. The message names the file and the property, or the variable.
/// </summary>
public sealed class HostSettingsException : Exception
{
    /// <summary>Creates the exception with a default message.</summary>
    public HostSettingsException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public HostSettingsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public HostSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
