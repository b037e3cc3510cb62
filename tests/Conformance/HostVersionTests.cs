using DurableTask.Core;
using DurableTask.Core.Settings;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Application;
using Orchestrator.Testing.Azurite;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance;

/// <summary>
/// The dispatcher of the Functions host: host.json's <c>defaultVersion</c>, <c>versionMatchStrategy</c> and <c>versionFailureStrategy</c> become
/// these settings. The app is run by that dispatcher, so the options of the SDK's worker have no say there.
/// </summary>
[NeedsAzurite]
public sealed class HostVersionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("1", OrchestrationRuntimeStatus.Completed)]
    [InlineData("0", OrchestrationRuntimeStatus.Failed)]
    [InlineData("2", OrchestrationRuntimeStatus.Failed)]
    [InlineData("", OrchestrationRuntimeStatus.Failed)]
    public async Task Instance_of_another_version_is_failed(string version, OrchestrationRuntimeStatus status)
    {
        var engine = new WideInMemoryEngine();

        var end = await EndOfAsync(engine, engine, version);

        Assert.Equal((status, status == OrchestrationRuntimeStatus.Failed), (end.RuntimeStatus, OrchestrationFailure.Of(end).IsOfAnotherVersion));
    }

    /// <summary>The engine of the app in Azure: it keeps no details of a failure.</summary>
    [SuiteFact]
    public async Task On_azure_storage_the_text_of_the_failure_says_why()
    {
        using var engine = await AzureStorageHub.OpenAsync(
            (await AzuriteServer.SharedAsync()).ConnectionString, AzureStorageHub.NewName(), "one", AzureStorageTimes.Short);

        var end = await EndOfAsync(engine, engine, "0");

        Assert.Equal((OrchestrationRuntimeStatus.Failed, null), (end.RuntimeStatus, end.FailureDetails));
        Assert.Equal("VersionMismatch: Orchestration version did not comply with Worker Versioning", end.SerializedOutput);
        Assert.True(OrchestrationFailure.Of(end).IsOfAnotherVersion);
    }

    /// <summary>The end of an instance of that version, as the client of the app shows it, under a dispatcher that takes version 1 only.</summary>
    private static async Task<OrchestrationMetadata> EndOfAsync(IOrchestrationService engine, IOrchestrationServiceClient instances, string version)
    {
        var strict = new VersioningSettings
        {
            Version = "1",
            MatchStrategy = VersioningSettings.VersionMatchStrategy.Strict,
            FailureStrategy = VersioningSettings.VersionFailureStrategy.Fail,
        };
        using var worker = new TaskHubWorker(engine, strict) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        worker.AddTaskOrchestrations(new NameValueObjectCreator<TaskOrchestration>("Any", version, new Any()));
        await worker.StartAsync();
        var client = new TaskHubClient(instances);
        var end = await client.WaitForOrchestrationAsync(await client.CreateOrchestrationInstanceAsync("Any", version, input: null), Patience);
        await worker.StopAsync(isForced: true);
        return new OrchestrationMetadata(end.Name, end.OrchestrationInstance.InstanceId)
        {
            RuntimeStatus = end.OrchestrationStatus == OrchestrationStatus.Completed
                ? OrchestrationRuntimeStatus.Completed
                : OrchestrationRuntimeStatus.Failed,
            SerializedOutput = end.Output,
            FailureDetails = end.FailureDetails is { } failure
                ? new TaskFailureDetails(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, null, null)
                : null,
        };
    }

    private sealed class Any : TaskOrchestration<string, string>
    {
        public override Task<string> RunTask(OrchestrationContext context, string input) => Task.FromResult("ran");
    }
}
