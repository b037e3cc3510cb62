using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Records;
using Orchestrator.Functions.Application;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// Azure Storage keeps the failure of an instance as its output, other engines with its type. EngineTests and HostVersionTests have what real engines
/// say.
/// </summary>
public sealed class OrchestrationFailureTests
{
    private const string Unrepeated =
        "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an activity task with sequence ID 0 and name " +
        "'PrepareRun'";

    private const string Unread = "The JSON value could not be converted to System.Int32. Path: $ | LineNumber: 0 | BytePositionInLine: 4.";

    [Theory]
    [InlineData("VersionMismatch", null, true)]
    [InlineData(null, "VersionMismatch: Orchestration version did not comply with Worker Versioning", true)]
    [InlineData(null, "\"VersionMismatch: Orchestration version did not comply with Worker Versioning\"", true)]
    [InlineData("System.InvalidOperationException", "VersionMismatch: said by another", false)]
    [InlineData(null, "System.InvalidOperationException: VersionMismatch", false)]
    [InlineData(null, "Task 'Any' (#0) failed with an unhandled exception: VersionMismatch: no", false)]
    [InlineData(null, null, false)]
    public void Failure_for_the_version_is_recognized_in_both_forms(string? errorType, string? output, bool expected)
    {
        var failure = OrchestrationFailure.Of(Failed(errorType, output));

        Assert.Equal((expected, expected, false), (failure.IsOfAnotherVersion, failure.IsOfTheStorage, failure.IsUnrepeatable));
    }

    [Theory]
    [InlineData("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", null, true)]
    [InlineData("Orchestrator.LocalHost.Runtime.NonDeterministicOrchestrationException", null, true)]
    [InlineData("System.Text.Json.JsonException", null, true)]
    [InlineData(null, Unrepeated, true)]
    [InlineData(null, "\"" + Unrepeated + "\"", true)]
    [InlineData(null, "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException: " + Unrepeated, true)]
    [InlineData(null, Unread, true)]
    [InlineData(null, "System.Text.Json.JsonException: no value", true)]
    [InlineData("System.InvalidOperationException", Unrepeated, false)]
    [InlineData(null, "Task 'Any' (#0) failed with an unhandled exception: " + Unrepeated, false)]
    [InlineData(null, "Task 'Any' (#0) failed with an unhandled exception: " + Unread, false)]
    [InlineData(null, "The text ends with | BytePositionInLine: many.", false)]
    [InlineData(null, "no reason", false)]
    [InlineData(null, "", false)]
    [InlineData(null, null, false)]
    public void History_that_is_not_repeated_or_not_read_is_recognized_in_both_forms(string? errorType, string? output, bool expected)
    {
        var failure = OrchestrationFailure.Of(Failed(errorType, output));

        Assert.Equal((expected, expected, false), (failure.IsUnrepeatable, failure.IsOfTheStorage, failure.IsOfAnotherVersion));
        Assert.Equal(errorType is null ? output : "said", failure.Message);
    }

    [Fact]
    public void Causes_count_where_the_engine_keeps_them()
    {
        var json = Details(typeof(JsonException).FullName!);

        Assert.True(Of(Details("a", Details("NonDeterministicOrchestrationException"))).IsUnrepeatable);
        Assert.True(Of(Details("a", Details(typeof(UnreadableRecordException).FullName!))).IsOfTheStorage);
        Assert.False(Of(Details("a", json)).IsUnrepeatable);
        Assert.False(Of(Details("a", json)).IsOfTheStorage);
        Assert.False(Of(Details("a", Details("VersionMismatch"))).IsOfAnotherVersion);
    }

    [Theory]
    [InlineData("Orchestrator.Activities.Runs.UnreadableRecordException: damaged", true)]
    [InlineData("Orchestrator.Elsewhere.UnreadableRecordException: damaged", true)]
    [InlineData("Other.UnreadableRecordException: damaged", false)]
    [InlineData("Task 'Any' (#0) failed with an unhandled exception: damaged", false)]
    public void Record_that_is_not_read_is_recognized_by_its_type_only(string output, bool expected) =>
        Assert.Equal(expected, OrchestrationFailure.Of(Failed(null, output)).IsOfTheStorage);

    [Fact]
    public void Output_of_an_instance_that_has_not_failed_is_no_failure()
    {
        var failure = OrchestrationFailure.Of(
            new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = OrchestrationRuntimeStatus.Completed, SerializedOutput = Unrepeated });

        Assert.Equal((false, null), (failure.IsOfTheStorage, failure.Message));
    }

    private static OrchestrationFailure Of(TaskFailureDetails details) =>
        OrchestrationFailure.Of(
            new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, FailureDetails = details });

    private static TaskFailureDetails Details(string type, TaskFailureDetails? inner = null) => new(type, "said", null, inner, null);

    private static OrchestrationMetadata Failed(string? errorType, string? output) => new("WorkflowRun", "r1")
    {
        RuntimeStatus = OrchestrationRuntimeStatus.Failed,
        FailureDetails = errorType is null ? null : Details(errorType),
        SerializedOutput = output,
    };
}
