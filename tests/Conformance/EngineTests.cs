using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Functions.Application;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What every engine does the same: activities, failures, events, timers and instances. docs/parity.md lists each of them.</summary>
public abstract partial class EngineTests(IEngine engine)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    [SuiteFact]
    public async Task Chain_of_activities_returns_the_last_result()
    {
        var end = await RunAsync("Chain", 1);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 4, 1), (end.RuntimeStatus, end.ReadOutputAs<int>(), end.ReadInputAs<int>()));
    }

    [SuiteFact]
    public async Task Fan_out_returns_every_result() => Assert.Equal(Enumerable.Range(1, 100), (await RunAsync("FanOut", 100)).ReadOutputAs<int[]>());

    [SuiteFact]
    public async Task Missing_input_is_the_default_value_for_an_orchestrator_and_null_for_an_activity()
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("WithoutInput");
        string?[] expected = ["0", null, "System.Text.Json.JsonException The JSON value could not be converted to System.Int32. Path: $ | " +
            "LineNumber: 0 | BytePositionInLine: 4. < System.InvalidOperationException Cannot get the value of a token type 'Null' as a number."];
        Assert.Equal(expected, (await engine.EndOfAsync(id)).ReadOutputAs<string?[]>());
    }

    [SuiteFact]
    public async Task Last_round_completes_the_instance() => Assert.Equal(3, (await RunAsync("Rounds", 0)).ReadOutputAs<int>());

    [SuiteFact]
    public async Task New_ids_are_the_same_when_the_orchestrator_is_replayed() => Assert.True((await RunAsync("Ids", "")).ReadOutputAs<bool>());

    [SuiteFact]
    public async Task Names_of_orchestrators_and_activities_ignore_case() => Assert.Equal(2, (await RunAsync("sHOUTING", 1)).ReadOutputAs<int>());

    [SuiteFact]
    public async Task Unknown_activity_fails_the_instance()
    {
        var end = await RunAsync("CallsUnknown", "no_such_activity");
        AssertFailure(
            end,
            failure => failure.InnerFailure!.ErrorType == "ActivityTaskNotFound"
                && failure.ErrorMessage.Contains("no_such_activity", StringComparison.Ordinal),
            "Task 'no_such_activity' (#0) failed with an unhandled exception: No activity task named 'no_such_activity' with version '2' was found.");
    }

    [SuiteFact]
    public async Task Unknown_orchestrator_fails_the_instance()
    {
        var end = await RunAsync("no_such_orchestrator", "");
        AssertFailure(end, failure => failure.ErrorType == "OrchestratorTaskNotFound", text: null);
    }

    [SuiteTheory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("")]
    public async Task Instance_of_another_version_is_failed(string version)
    {
        // One of the worker's version completes, by default or named, so a failure is for the version also where it says nothing.
        Assert.Equal(Behaviours.Version, (await RunAsync("Version", "")).ReadOutputAs<string>());
        var own = await StartAsync("Version", "", new StartOrchestrationOptions { Version = Behaviours.Version });
        Assert.Equal(Behaviours.Version, (await engine.EndOfAsync(own)).ReadOutputAs<string>());
        Assert.True(Behaviours.HasRun(own));

        var end = await engine.EndOfAsync(await StartAsync("Version", "", new StartOrchestrationOptions { Version = version }));

        AssertFailure(
            end,
            failure => failure.ErrorType == "VersionMismatch"
                && failure.ErrorMessage == $"The orchestration version '{version}' does not match the worker version '2'.",
            text: null);
        Assert.False(Behaviours.HasRun(end.InstanceId));
    }

    [SuiteFact]
    public async Task Result_that_the_orchestrator_cannot_read_fails_the_instance()
    {
        var end = await RunAsync("Misreading", "text");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.True(OrchestrationFailure.Of(end).IsUnrepeatable, OrchestrationFailure.Of(end).Message);
    }

    /// <param name="text">The output where the engine keeps no details; null when it says nothing.</param>
    private void AssertFailure(OrchestrationMetadata end, Func<TaskFailureDetails, bool> expected, string? text)
    {
        Assert.Equal((OrchestrationRuntimeStatus.Failed, engine.KeepsFailureDetails), (end.RuntimeStatus, end.FailureDetails is not null));
        if (end.FailureDetails is { } failure)
        {
            Assert.True(expected(failure), failure.ToString());
        }
        else
        {
            Assert.Equal(text, end.SerializedOutput);
        }
    }

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input, string? id = null) =>
        await engine.EndOfAsync(await StartAsync(orchestrator, input, new StartOrchestrationOptions(id)));

    private Task<string> StartAsync(string orchestrator, object? input, StartOrchestrationOptions? options = null) =>
        engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options);

    /// <summary>Asks until the instance is as expected: what a client sends reaches a real engine later.</summary>
    private async Task<OrchestrationMetadata> WaitUntilAsync(string id, Func<OrchestrationMetadata, bool> expected)
    {
        using var patience = new CancellationTokenSource(IEngine.Patience);
        while (true)
        {
            if (await engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token) is { } instance && expected(instance))
            {
                return instance;
            }

            await Task.Delay(PollInterval, patience.Token);
        }
    }
}
