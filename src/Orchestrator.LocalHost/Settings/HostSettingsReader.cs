using System.Collections;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalHost.Settings;

/// <summary>Reads <c>host.json</c> and the environment variables that override it, and collects all mistakes.</summary>
internal sealed class HostSettingsReader
{
    public const string DefaultCategory = "default";

    private const string FileName = "host.json";
    private const string VariablePrefix = "AzureFunctionsJobHost";
    private const int MaxConcurrency = 10_000;
    private const int MaxHubName = 100;

    private readonly List<string> _mistakes = [];
    private readonly string? _path;
    private readonly IConfiguration _file;
    private readonly IConfiguration _variables;

    private readonly string? _version;

    private HostSettingsReader(string? path, IConfiguration file, IConfiguration variables, string? version)
    {
        _version = version;
        _path = path;
        _file = file;
        _variables = variables;
    }

    public static HostSettings Read(string? rootFolder, IEnumerable<KeyValuePair<string, string?>>? environment, string? version)
    {
        string?[] folders = [rootFolder, AppContext.BaseDirectory];
        var path = folders.OfType<string>().Select(folder => Path.GetFullPath(FileName, Path.GetFullPath(folder))).FirstOrDefault(File.Exists);
        return new HostSettingsReader(path, ReadFile(path), ReadVariables(environment ?? ProcessVariables()), version).Read();
    }

    private HostSettings Read()
    {
        var defaults = new HostSettings();
        var settings = new HostSettings
        {
            Path = _path,
            RoutePrefix = Text("extensions:http:routePrefix") is { } prefix ? RoutePrefix(prefix) : defaults.RoutePrefix,
            HubName = HubName("extensions:durableTask:hubName"),
            MaxConcurrentActivityFunctions = Concurrency("extensions:durableTask:maxConcurrentActivityFunctions"),
            MaxConcurrentOrchestratorFunctions = Concurrency("extensions:durableTask:maxConcurrentOrchestratorFunctions"),
            DefaultVersion = Text("extensions:durableTask:defaultVersion"),
            FailsOtherVersions = FailsOtherVersions("extensions:durableTask:versionMatchStrategy", "extensions:durableTask:versionFailureStrategy"),
            LogLevels = LogLevels("logging:logLevel"),
        };
        if (settings.FailsOtherVersions && _version is not null && (settings.DefaultVersion ?? "") != _version)
        {
            Report(
                "extensions:durableTask:defaultVersion",
                settings.DefaultVersion ?? "",
                $"with versionMatchStrategy Strict it must be '{_version}', the version of this program, or every run would be interrupted");
        }

        return _mistakes.Count == 0 ? settings : throw new HostSettingsException(string.Join(Environment.NewLine, _mistakes));
    }

    private static IConfiguration ReadFile(string? path)
    {
        if (path is null)
        {
            return new ConfigurationBuilder().Build();
        }

        try
        {
            using var content = File.OpenRead(path);
            return new ConfigurationBuilder().AddJsonStream(content).Build();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException)
        {
            throw new HostSettingsException($"{path} cannot be read: {(exception.InnerException ?? exception).Message}", exception);
        }
    }

    private static IConfiguration ReadVariables(IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var values = environment
            .Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value))
            .Where(variable => variable.Key.StartsWith(VariablePrefix + ":", StringComparison.OrdinalIgnoreCase));
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection(VariablePrefix);
    }

    private static IEnumerable<KeyValuePair<string, string?>> ProcessVariables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(
            variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));

    /// <summary>The value of a setting; null when it is not set, empty when it is empty.</summary>
    private string? Text(string key)
    {
        var section = Section(key);
        if (section.GetChildren().Any())
        {
            _mistakes.Add($"{Place(key)} is an object or a list; it must be one value.");
            return null;
        }

        return section.Value;
    }

    private IConfigurationSection Section(string key)
    {
        var variable = _variables.GetSection(key);
        return variable.Exists() ? variable : _file.GetSection(key);
    }

    private string RoutePrefix(string prefix)
    {
        var trimmed = prefix.Trim('/');
        if (trimmed.AsSpan().ContainsAny("{}?# ") || trimmed.Contains("//", StringComparison.Ordinal))
        {
            Report("extensions:http:routePrefix", prefix, "it must be a path such as 'api' or 'my/api', or empty for none");
        }

        return trimmed;
    }

    private string? HubName(string key)
    {
        var name = Text(key);
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > MaxHubName))
        {
            Report(key, name, $"it must have 1 to {MaxHubName} characters");
        }

        return name;
    }

    private int? Concurrency(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= MaxConcurrency)
        {
            return value;
        }

        Report(key, text, string.Create(CultureInfo.InvariantCulture, $"it must be a whole number from 1 to {MaxConcurrency}"));
        return null;
    }

    /// <summary>The Functions host has further strategies; only those that this host implements are accepted.</summary>
    private bool FailsOtherVersions(string matchKey, string failureKey)
    {
        var (match, failure) = (Text(matchKey), Text(failureKey));
        if (match is not null && !Is(match, "Strict") && !Is(match, "None"))
        {
            Report(matchKey, match, "on this host it must be Strict or None");
        }

        if (failure is null ? match is not null && Is(match, "Strict") : !Is(failure, "Fail"))
        {
            Report(failureKey, failure ?? "", "on this host it must be Fail");
        }

        return match is not null && Is(match, "Strict");

        static bool Is(string text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private Dictionary<string, LogLevel> LogLevels(string key)
    {
        var levels = new Dictionary<string, LogLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (var category in _file.GetSection(key).GetChildren().Concat(_variables.GetSection(key).GetChildren()).Select(section => section.Key))
        {
            var path = $"{key}:{category}";
            if (Text(path) is not { } text)
            {
                continue;
            }

            if (Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) && Enum.IsDefined(level) && !int.TryParse(text, out _))
            {
                levels[category] = level;
            }
            else
            {
                Report(path, text, $"it must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
            }
        }

        return levels;
    }

    private void Report(string key, string value, string rule) => _mistakes.Add($"{Place(key)} is '{value}'; {rule}.");

    private string Place(string key) => _variables.GetSection(key).Exists()
        ? $"The environment variable {VariablePrefix}__{key.Replace(":", "__", StringComparison.Ordinal)}"
        : $"{_path}: {key.Replace(':', '.')}";
}
