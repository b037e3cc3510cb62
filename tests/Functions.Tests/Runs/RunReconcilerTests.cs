using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Runs;

namespace Orchestrator.Functions.Tests.Runs;

public sealed class RunReconcilerTests
{
    /// <summary>Azure Storage keeps the failure of an instance as its output, other engines with its type.</summary>
    [Theory]
    [InlineData("VersionMismatch", null, true)]
    [InlineData(null, "VersionMismatch: Orchestration version did not comply with Worker Versioning", true)]
    [InlineData(null, "\"VersionMismatch: Orchestration version did not comply with Worker Versioning\"", true)]
    [InlineData("System.InvalidOperationException", "VersionMismatch: said by someone else", false)]
    [InlineData(null, "System.InvalidOperationException: VersionMismatch", false)]
    [InlineData(null, null, false)]
    public void Failure_for_the_version_is_recognized_in_both_forms(string? errorType, string? output, bool expected)
    {
        var failure = errorType is null ? null : new TaskFailureDetails(errorType, "no match", null, null, null);
        var instance = new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, FailureDetails = failure, SerializedOutput = output };

        Assert.Equal(expected, RunReconciler.IsOfAnotherVersion(instance));
    }
}
