using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Settings;

public sealed class HostSettingsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Missing_file_gives_the_defaults()
    {
        var settings = HostSettings.Load(_folder.Path, []);
        Assert.Null(settings.Path);
        Assert.Equal("api", settings.RoutePrefix);
        Assert.Null(settings.HubName);
        Assert.Null(settings.MaxConcurrentActivityFunctions);
        Assert.Null(settings.MaxConcurrentOrchestratorFunctions);
        Assert.Empty(settings.LogLevels);
    }

    [Fact]
    public void File_with_comments_and_any_case_is_read()
    {
        var path = Write("""
            {
              // the whole of it
              "version": "2.0",
              "Logging": { "logLevel": { "default": "Information", "Microsoft.AspNetCore": "warning" } },
              "extensions": {
                "http": { "RoutePrefix": "/my/api/" }, /* slashes are trimmed */
                "durableTask": { "hubName": "Hub", "maxConcurrentActivityFunctions": 12, "maxConcurrentOrchestratorFunctions": "3", },
              },
            }
            """);
        var settings = HostSettings.Load(_folder.Path, []);
        Assert.Equal(path, settings.Path);
        Assert.Equal("my/api", settings.RoutePrefix);
        Assert.Equal("Hub", settings.HubName);
        Assert.Equal(12, settings.MaxConcurrentActivityFunctions);
        Assert.Equal(3, settings.MaxConcurrentOrchestratorFunctions);
        Assert.Equal(LogLevel.Information, settings.LogLevels["Default"]);
        Assert.Equal(LogLevel.Warning, settings.LogLevels["Microsoft.AspNetCore"]);
    }

    [Theory]
    [InlineData("\"versionMatchStrategy\": \"strict\", \"versionFailureStrategy\": \"fail\"", true)]
    [InlineData("\"versionMatchStrategy\": \"None\", \"versionFailureStrategy\": \"Fail\"", false)]
    [InlineData("\"hubName\": \"Hub\"", false)]
    public void Version_and_strategies_are_read(string strategies, bool fails)
    {
        Write($$"""{ "extensions": { "durableTask": { "defaultVersion": "4", {{strategies}} } } }""");
        var settings = HostSettings.Load(_folder.Path, []);
        Assert.Equal(("4", fails), (settings.DefaultVersion, settings.FailsOtherVersions));
    }

    [Theory]
    [InlineData("\"defaultVersion\": \"2\", ", "2")]
    [InlineData("", "")]
    public void Version_that_fails_every_start_of_the_app_is_refused(string version, string written)
    {
        var path = Write(
            $$"""{ "extensions": { "durableTask": { {{version}}"versionMatchStrategy": "Strict", "versionFailureStrategy": "Fail" } } }""");

        Assert.Equal(
            $"{path}: extensions.durableTask.defaultVersion is '{written}'; with versionMatchStrategy Strict it must be '1', the version of this " +
            $"program, or every run would be interrupted.",
            Assert.Throws<HostSettingsException>(() => HostSettings.Load(_folder.Path, [], "1")).Message);
        Assert.Equal(
            "1", HostSettings.Load(_folder.Path, [new("AzureFunctionsJobHost__extensions__durableTask__defaultVersion", "1")], "1").DefaultVersion);
    }

    [Fact]
    public void Version_does_not_matter_where_no_instance_is_failed_for_it()
    {
        Write("""{ "extensions": { "durableTask": { "defaultVersion": "2", "versionMatchStrategy": "None" } } }""");

        Assert.Equal("2", HostSettings.Load(_folder.Path, [], "1").DefaultVersion);
    }

    [Fact]
    public void Empty_route_prefix_means_none()
    {
        Write("""{ "extensions": { "http": { "routePrefix": "" } } }""");
        Assert.Equal(string.Empty, HostSettings.Load(_folder.Path, []).RoutePrefix);
    }

    [Fact]
    public void Environment_wins_over_the_file()
    {
        Write("""{ "extensions": { "http": { "routePrefix": "file" }, "durableTask": { "hubName": "File" } },""" +
            """ "logging": { "logLevel": { "A": "Error" } } }""");
        var settings = HostSettings.Load(
            _folder.Path,
            [
                new("AzureFunctionsJobHost__extensions__http__routePrefix", "env"),
                new("azurefunctionsjobhost:extensions:durableTask:maxConcurrentActivityFunctions", "5"),
                new("AzureFunctionsJobHost__logging__logLevel__A", "Debug"),
                new("AzureFunctionsJobHost__logging__logLevel__B", "None"),
                new("extensions__durableTask__hubName", "not ours"),
            ]);
        Assert.Equal("env", settings.RoutePrefix);
        Assert.Equal("File", settings.HubName);
        Assert.Equal(5, settings.MaxConcurrentActivityFunctions);
        Assert.Equal(LogLevel.Debug, settings.LogLevels["A"]);
        Assert.Equal(LogLevel.None, settings.LogLevels["B"]);
    }

    [Theory]
    [InlineData(
        """{ "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 0 } } }""",
        "extensions.durableTask.maxConcurrentActivityFunctions is '0'; it must be a whole number from 1 to 10000.")]
    [InlineData(
        """{ "extensions": { "durableTask": { "maxConcurrentOrchestratorFunctions": "many" } } }""",
        "extensions.durableTask.maxConcurrentOrchestratorFunctions is 'many'; it must be a whole number")]
    [InlineData("""{ "extensions": { "durableTask": { "maxConcurrentActivityFunctions": 1.5 } } }""", "maxConcurrentActivityFunctions is '1.5'")]
    [InlineData(
        """{ "extensions": { "durableTask": { "hubName": "" } } }""", "extensions.durableTask.hubName is ''; it must have 1 to 100 characters.")]
    [InlineData("""{ "extensions": { "http": { "routePrefix": "a/{b}" } } }""", "extensions.http.routePrefix is 'a/{b}'; it must be a path")]
    [InlineData(
        """{ "extensions": { "http": { "routePrefix": { "a": 1 } } } }""",
        "extensions.http.routePrefix is an object or a list; it must be one value.")]
    [InlineData("""{ "logging": { "logLevel": { "default": "Loud" } } }""", "logging.logLevel.default is 'Loud'; it must be one of Trace, Debug")]
    [InlineData(
        """{ "extensions": { "durableTask": { "versionMatchStrategy": "CurrentOrOlder" } } }""",
        "extensions.durableTask.versionMatchStrategy is 'CurrentOrOlder'; on this host it must be Strict or None.")]
    [InlineData(
        """{ "extensions": { "durableTask": { "versionMatchStrategy": "Strict" } } }""",
        "extensions.durableTask.versionFailureStrategy is ''; on this host it must be Fail.")]
    [InlineData(
        """{ "extensions": { "durableTask": { "versionFailureStrategy": "Reject" } } }""",
        "extensions.durableTask.versionFailureStrategy is 'Reject'; on this host it must be Fail.")]
    [InlineData("""{ "extensions": """, " cannot be read: ")]
    public void Wrong_value_is_named_with_file_and_path(string json, string expected)
    {
        var path = Write(json);
        var problem = Assert.Throws<HostSettingsException>(() => HostSettings.Load(_folder.Path, []));
        Assert.StartsWith(path, problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_wrong_values_are_reported_at_once_and_variables_by_their_names()
    {
        Write("""{ "extensions": { "durableTask": { "hubName": "", "maxConcurrentActivityFunctions": 4 } } }""");
        var problem = Assert.Throws<HostSettingsException>(() => HostSettings.Load(
            _folder.Path, [new("AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions", "-1")]));
        Assert.Contains("hubName", problem.Message, StringComparison.Ordinal);
        Assert.Contains(
            "The environment variable AzureFunctionsJobHost__extensions__durableTask__maxConcurrentActivityFunctions is '-1'", problem.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_carried_over_to_the_hosts()
    {
        var durable = new LocalDurableHostOptions();
        var web = new LocalWebHostOptions();
        new HostSettings().ApplyTo(durable);
        Assert.Equal(new LocalDurableHostOptions().MaxConcurrentActivityFunctions, durable.MaxConcurrentActivityFunctions);
        Assert.Equal(("", false), (durable.DefaultVersion, durable.FailsOtherVersions));
        var settings = new HostSettings
        {
            HubName = "Hub",
            MaxConcurrentActivityFunctions = 3,
            RoutePrefix = "p",
            DefaultVersion = "7",
            FailsOtherVersions = true
        };
        settings.ApplyTo(durable);
        Assert.Equal(("7", true), (durable.DefaultVersion, durable.FailsOtherVersions));
        settings.ApplyTo(web);
        Assert.Equal(3, durable.MaxConcurrentActivityFunctions);
        Assert.Equal("Hub", durable.HubName);
        Assert.Equal("p", web.RoutePrefix);
        Assert.Equal("Hub", web.HubName);
    }

    [Fact]
    public void Log_levels_filter_a_logger_factory()
    {
        var settings = new HostSettings
        {
            LogLevels = new Dictionary<string, LogLevel> { ["default"] = LogLevel.Warning, ["Mine"] = LogLevel.Trace },
        };
        using var factory = LoggerFactory.Create(logging =>
        {
            logging.AddProvider(new AnyLogger());
            settings.ApplyTo(logging);
        });
        Assert.False(factory.CreateLogger("Other").IsEnabled(LogLevel.Information));
        Assert.True(factory.CreateLogger("Other").IsEnabled(LogLevel.Warning));
        Assert.True(factory.CreateLogger("Mine.Too").IsEnabled(LogLevel.Trace));
    }

    private string Write(string json)
    {
        var path = Path.Combine(_folder.Path, "host.json");
        File.WriteAllText(path, json);
        return path;
    }

    private sealed class AnyLogger : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }

        public void Dispose()
        {
        }
    }
}
