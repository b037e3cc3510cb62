using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

/// <summary>What every engine does the same.</summary>
public abstract class EngineTests(IEngine engine)
{
    /// <summary>Long enough for a loaded machine: a test that reaches it has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Chain_of_activities_returns_the_last_result() => Assert.Equal(4, (await RunAsync("Chain", 1)).ReadOutputAs<int>());

    [Fact]
    public async Task Fan_out_returns_every_result()
    {
        int[] expected = [1, 2, 3, 4];
        Assert.Equal(expected, (await RunAsync("FanOut", 4)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Child_returns_its_result() => Assert.Equal(4, (await RunAsync("Parent", 1)).ReadOutputAs<int>());

    [Fact]
    public async Task Last_round_completes_the_instance() => Assert.Equal(3, (await RunAsync("Rounds", 0)).ReadOutputAs<int>());

    [Fact]
    public async Task Failed_activity_keeps_type_and_text_and_cause()
    {
        var end = await RunAsync("Failing", "no");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        var failure = end.FailureDetails!.InnerFailure!;
        Assert.Equal((typeof(InvalidOperationException).FullName, "no"), (failure.ErrorType, failure.ErrorMessage));
        Assert.Equal((typeof(FormatException).FullName, "cause of no"), (failure.InnerFailure!.ErrorType, failure.InnerFailure.ErrorMessage));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("")]
    public async Task Instance_of_another_version_is_failed(string version)
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Version", "", new StartOrchestrationOptions { Version = version });
        var end = await EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "VersionMismatch"), (end.RuntimeStatus, end.FailureDetails!.ErrorType));
    }

    [Fact]
    public async Task Child_has_the_default_version_and_one_of_another_version_is_failed()
    {
        Assert.Equal(Behaviours.Version, (await RunAsync("ParentVersion", "")).ReadOutputAs<string>());
        var end = await RunAsync("ParentVersion", "1");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "VersionMismatch"), (end.RuntimeStatus, end.FailureDetails!.InnerFailure!.ErrorType));
    }

    [Fact]
    public async Task Events_raised_early_are_kept_and_names_ignore_case()
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("TwoEvents", "");
        await engine.Client.RaiseEventAsync(id, "SECOND", "b");
        await engine.Client.RaiseEventAsync(id, "first", "a");
        string[] expected = ["a", "b"];
        Assert.Equal(expected, (await EndOfAsync(id)).ReadOutputAs<string[]>());
    }

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object input) =>
        await EndOfAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input));

    private Task<OrchestrationMetadata> EndOfAsync(string id) =>
        engine.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, CancellationToken.None).WaitAsync(Patience);
}
