using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Telemetry;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>The settings that the app reads, beside those that <c>infra/bicep</c> sets.</summary>
public class TemplateSettingsTests
{
    /// <summary>Settings that the template does not set, with the reason.</summary>
    private static readonly Dictionary<string, string> LeftAtTheirDefault = new()
    {
        ["AzureWebJobsStorage"] = "A connection string has a key.",
        ["AzureWebJobsStorage:accountName"] = "The addresses of the services are set.",
        ["AzureWebJobsStorage:serviceUri"] = "blobServiceUri is set.",
        ["AZURE_OPENAI_API_KEY"] = "The identity of the app asks.",
        ["AZURE_OPENAI_API_VERSION"] = "The parameter settings takes another version than the newest.",
        ["AzureFunctionsJobHost:functionTimeout"] = "host.json has it: an hour, which Flex Consumption permits.",
        ["OPENAI_API_KEY"] = "A key: the parameter settings takes it, as a reference to a Key Vault.",
        ["OPENAI_BASE_URL"] = "Goes with OPENAI_API_KEY.",
        ["Orchestrator:Prices"] = "The parameter settings takes prices. A deployment that is named as its model needs none.",
        ["Orchestrator:State"] = "A folder, only with Orchestrator:Storage=files.",
        ["Orchestrator:StopTimeout"] = "Only LocalHost heeds it.",
        ["Orchestrator:TelemetryContent"] = "Prompts and answers stay out of telemetry.",
        ["Orchestrator:Storage"] = "Blobs, the default: instances share no folder.",
    };

    /// <summary>Nothing is sent but to Application Insights: the parameter settings takes the address of a collector, and these with it.</summary>
    private static readonly string[] Telemetry =
    [
        .. from signal in (string[])["", "TRACES_", "METRICS_", "LOGS_"]
           from name in (string[])["ENDPOINT", "PROTOCOL", "HEADERS", "TIMEOUT"]
           select $"OTEL_EXPORTER_OTLP_{signal}{name}",
        "OTEL_SERVICE_NAME",
        "OTEL_TRACES_SAMPLER",
        "OTEL_TRACES_SAMPLER_ARG",
    ];

    /// <summary>Settings that the app does not read, with their readers.</summary>
    private static readonly Dictionary<string, string> ReadByOthers = new()
    {
        ["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] = "The host sends as this identity.",
        ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = "The host sends there.",
        ["AZURE_CLIENT_ID"] = "Azure.Identity asks models as this identity.",
        ["AzureWebJobsStorage:queueServiceUri"] = "The task hub.",
        ["AzureWebJobsStorage:tableServiceUri"] = "The task hub.",
        ["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"] = "The Durable Task Scheduler's extension.",
    };

    [BicepFact]
    public async Task Each_setting_that_the_app_reads_is_set_or_has_a_reason_to_be_left_at_its_default()
    {
        var asked = new HashSet<string>();
        var set = new HashSet<string>();
        foreach (var settings in await Task.WhenAll(SettingsAsync(PredictedResources.Simulated), SettingsAsync(PredictedResources.Full)))
        {
            set.UnionWith(settings.Keys);
            Start(settings, asked).Dispose();
        }

        // Settings that are read only with other settings than the template's.
        Start(new() { ["Orchestrator:Storage"] = "files" }, asked).Dispose();
        Start(new() { ["AzureWebJobsStorage:accountName"] = "account" }, asked).Dispose();
        Start(new() { ["Orchestrator:Storage"] = "files", [TelemetryExport.EndpointSetting] = "http://localhost:4317" }, asked).Dispose();
        asked.Remove("Orchestrator");

        // Set it in infra/bicep, or add it above with the reason.
        Assert.Equal("", Names(asked.Except(set).Except(LeftAtTheirDefault.Keys).Except(Telemetry)));
        Assert.Equal("", Names(LeftAtTheirDefault.Keys.Concat(Telemetry).Where(name => set.Contains(name) || !asked.Contains(name))));

        // The app does not read it: remove it, or add its reader above.
        Assert.Equal("", Names(set.Except(asked).Except(ReadByOthers.Keys)));
        Assert.Equal("", Names(ReadByOthers.Keys.Where(name => asked.Contains(name) || !set.Contains(name))));
    }

    [BicepFact]
    public async Task The_app_takes_what_the_parameters_say()
    {
        var settings = await Task.WhenAll(
            SettingsAsync(PredictedResources.Simulated), SettingsAsync(PredictedResources.Full), SettingsAsync(PredictedResources.Existing));

        const string azure = "https://account.openai.azure.com/ (Entra ID)";
        Assert.Equal([null, azure, azure], settings.Select(values => ModelProviderOptions.Read(Configuration(values))?.Description));
        Assert.Equal(
            [("simulated", "gpt-6-luna", false, null), (null, "gpt-6.1-terra", true, 30), (null, "gpt-6-luna", false, null)],
            settings.Select(Options));
    }

    /// <summary>These variables are not part of the configuration that the other tests check.</summary>
    [Fact]
    public void Only_secrets_of_tools_are_read_from_environment_variables()
    {
        var readers = new[] { "Activities", "Orchestrator.Functions", "Storage", "Workflows" }
            .SelectMany(project => Directory.EnumerateFiles(RepositoryFolder.Combine($"src/{project}"), "*.cs", SearchOption.AllDirectories))
            .Where(file => File.ReadAllText(file).Contains("Environment.GetEnvironmentVariable", StringComparison.Ordinal));

        Assert.Equal(["ISecretSource.cs"], readers.Select(Path.GetFileName));
    }

    private static string Names(IEnumerable<string> settings) => string.Join(", ", settings.Order(StringComparer.Ordinal));

    private static (string? Model, string DefaultModel, bool AllowMocks, int? RetainDays) Options(Dictionary<string, string?> settings)
    {
        using var provider = Start(settings, []);
        var options = provider.GetRequiredService<OrchestratorOptions>();
        return (options.Model, options.DefaultModel, options.AllowMocks, options.RetainDays);
    }

    /// <summary>The app's services, as its host makes them. No request is made.</summary>
    private static ServiceProvider Start(Dictionary<string, string?> settings, HashSet<string> asked)
    {
        var configuration = new AskedConfiguration(Configuration(settings), asked);
        var services = new ServiceCollection().AddOrchestrator(configuration);
        TelemetryExport.Add(services, configuration);
        return services.BuildServiceProvider();
    }

    private static IConfiguration Configuration(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    /// <summary>
    /// The application settings that the template makes, by their names in the configuration; expressions have something like their value.
    /// </summary>
    private static async Task<Dictionary<string, string?>> SettingsAsync(Lazy<Task<PredictedResources>> predicted)
    {
        var settings = (await predicted.Value).Properties("Microsoft.Web/sites").Single().GetProperty("siteConfig").GetProperty("appSettings");
        return settings.EnumerateArray().ToDictionary(
            setting => setting.GetProperty("name").GetString()!.Replace("__", ":", StringComparison.Ordinal),
            string? (setting) => Value(setting.GetProperty("value").GetString()!));
    }

    private static string Value(string value) => !value.StartsWith('[') ? value
        : value.EndsWith(").primaryEndpoints.blob]", StringComparison.Ordinal) ? "https://account.blob.core.windows.net/"
        : value.EndsWith(").endpoint]", StringComparison.Ordinal) ? "https://account.openai.azure.com/"
        : "00000000-0000-0000-0000-000000000003";
}
