using System.Globalization;
using System.Text.Json;
using Orchestrator.Testing;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance;

/// <summary>The engine that stands beside the others in tests and in <c>bench</c> is the one that the Functions host makes.</summary>
public sealed class AzureStorageSettingsTests
{
    [Fact]
    public void Settings_of_the_product_are_those_of_host_json()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(RepositoryFolder.Combine("host.json")));
        var expected = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        var storage = expected.GetProperty("storageProvider");

        var settings = AzureStorageHub.Settings("UseDevelopmentStorage=true", "hub", "one", AzureStorageTimes.Product, AzureStorageHub.Activities);

        Assert.Equal(expected.GetProperty("maxConcurrentActivityFunctions").GetInt32(), settings.MaxConcurrentTaskActivityWorkItems);
        Assert.Equal(expected.GetProperty("maxConcurrentOrchestratorFunctions").GetInt32(), settings.MaxConcurrentTaskOrchestrationWorkItems);
        Assert.Equal(expected.GetProperty("extendedSessionsEnabled").GetBoolean(), settings.ExtendedSessionsEnabled);
        Assert.Equal(expected.GetProperty("extendedSessionIdleTimeoutInSeconds").GetInt32(), settings.ExtendedSessionIdleTimeout.TotalSeconds);
        Assert.Equal(Time("controlQueueVisibilityTimeout"), settings.ControlQueueVisibilityTimeout);
        Assert.Equal(Time("workItemQueueVisibilityTimeout"), settings.WorkItemQueueVisibilityTimeout);
        Assert.Equal(Time("maxQueuePollingInterval"), settings.MaxQueuePollingInterval);
        Assert.False(
            expected.TryGetProperty("partitionCount", out _) || storage.TryGetProperty("partitionCount", out _),
            "The hub has the engine's default number of partitions.");

        TimeSpan Time(string name) => TimeSpan.Parse(storage.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }
}
