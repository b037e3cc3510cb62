using Microsoft.DurableTask;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Orchestrations;

public sealed class ActivityFailureTests
{
    /// <summary>A run in flight has failures of an earlier version in its history, which may have had the types in other namespaces.</summary>
    [Theory]
    [InlineData("Orchestrator.Activities.Stores.ContentStoreException", nameof(ActivityFailureKind.StoreUnavailable))]
    [InlineData("Orchestrator.Activities.Stores.ContentValueException", nameof(ActivityFailureKind.Final))]
    [InlineData("Orchestrator.Elsewhere.ContentStoreException", nameof(ActivityFailureKind.StoreUnavailable))]
    [InlineData("Orchestrator.Elsewhere.OtherContentStoreException", nameof(ActivityFailureKind.Final))]
    [InlineData("Elsewhere.ContentStoreException", nameof(ActivityFailureKind.Final))]
    [InlineData("System.OperationCanceledException", nameof(ActivityFailureKind.Stopped))]
    [InlineData("System.Threading.Tasks.TaskCanceledException", nameof(ActivityFailureKind.Stopped))]
    public void Recorded_failure_is_recognized_by_the_name_of_its_type_whatever_the_namespace(string type, string expected) =>
        Assert.Equal(expected, ActivityFailure.Of(Details(type)).Kind.ToString());

    [Fact]
    public void Failures_of_this_version_are_recognized()
    {
        Assert.Equal(ActivityFailureKind.StoreUnavailable, ActivityFailure.Of(Details(typeof(ContentStoreException).FullName!)).Kind);
        Assert.Equal(ActivityFailureKind.Final, ActivityFailure.Of(Details(typeof(ContentValueException).FullName!)).Kind);
    }

    [Fact]
    public void Store_that_is_away_counts_as_the_outermost_failure_only() =>
        Assert.Equal(
            ActivityFailureKind.Final,
            ActivityFailure.Of(Details("Orchestrator.AttemptLostException", Details(typeof(ContentStoreException).FullName!))).Kind);

    private static TaskFailureDetails Details(string type, TaskFailureDetails? inner = null) => new(type, "no", null, inner, null);
}
