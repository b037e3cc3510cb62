using DurableTask.Core;
using DurableTask.Core.Settings;
using Orchestrator.Testing.Sidecar;

namespace Orchestrator.Conformance;

/// <summary>
/// The dispatcher of the Functions host: host.json's <c>defaultVersion</c>, <c>versionMatchStrategy</c> and <c>versionFailureStrategy</c> become these settings. The app is run
/// by that dispatcher, so the options of the SDK's worker have no say there.
/// </summary>
public sealed class HostVersionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("1", OrchestrationStatus.Completed, null)]
    [InlineData("0", OrchestrationStatus.Failed, "VersionMismatch")]
    [InlineData("2", OrchestrationStatus.Failed, "VersionMismatch")]
    [InlineData("", OrchestrationStatus.Failed, "VersionMismatch")]
    public async Task Instance_of_another_version_is_failed(string version, OrchestrationStatus status, string? errorType)
    {
        var engine = new WideInMemoryEngine();
        var strict = new VersioningSettings
        {
            Version = "1",
            MatchStrategy = VersioningSettings.VersionMatchStrategy.Strict,
            FailureStrategy = VersioningSettings.VersionFailureStrategy.Fail,
        };
        using var worker = new TaskHubWorker(engine, strict) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails };
        worker.AddTaskOrchestrations(new NameValueObjectCreator<TaskOrchestration>("Any", version, new Any()));
        await worker.StartAsync();
        var client = new TaskHubClient(engine);

        var end = await client.WaitForOrchestrationAsync(await client.CreateOrchestrationInstanceAsync("Any", version, input: null), Patience);

        Assert.Equal((status, errorType), (end.OrchestrationStatus, end.FailureDetails?.ErrorType));
        await worker.StopAsync(isForced: true);
    }

    private sealed class Any : TaskOrchestration<string, string>
    {
        public override Task<string> RunTask(OrchestrationContext context, string input) => Task.FromResult("ran");
    }
}
