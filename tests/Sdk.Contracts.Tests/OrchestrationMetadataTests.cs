using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace Sdk.Contracts.Tests;

public sealed class OrchestrationMetadataTests
{
    private static readonly OrchestrationMetadata Fetched = new("Run", "id")
    {
        DataConverter = JsonDataConverter.Default,
        SerializedInput = "1",
        SerializedOutput = "\"out\"",
        SerializedCustomStatus = "[2]",
    };

    [Fact]
    public void Payloads_that_were_fetched_can_be_read()
    {
        Assert.Equal(1, Fetched.ReadInputAs<int>());
        Assert.Equal("out", Fetched.ReadOutputAs<string>());
        Assert.Equal([2], Fetched.ReadCustomStatusAs<int[]>()!);
    }

    [Fact]
    public void Payloads_that_were_not_fetched_cannot_be_read()
    {
        OrchestrationMetadata metadata = new("Run", "id") { SerializedOutput = "1" };

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => metadata.ReadOutputAs<int>());
        Assert.Contains("ReadOutputAs", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => metadata.ReadInputAs<int>());
        Assert.Throws<InvalidOperationException>(() => metadata.ReadCustomStatusAs<int>());
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running, true, false)]
    [InlineData(OrchestrationRuntimeStatus.Pending, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false, false)]
    [InlineData(OrchestrationRuntimeStatus.Completed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, false, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, false, true)]
    public void Status_tells_whether_the_instance_runs_or_has_ended(OrchestrationRuntimeStatus status, bool running, bool completed)
    {
        OrchestrationMetadata metadata = new("Run", "id") { RuntimeStatus = status };

        Assert.Equal((running, completed), (metadata.IsRunning, metadata.IsCompleted));
    }

    [Fact]
    public void Text_shows_what_is_there_and_cuts_long_payloads()
    {
        OrchestrationMetadata metadata = new("Run", "id")
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Failed,
            CreatedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero),
            LastUpdatedAt = new DateTimeOffset(2030, 1, 2, 3, 4, 6, TimeSpan.Zero),
            SerializedInput = new string('x', 51),
            FailureDetails = new TaskFailureDetails("My.Error", "broken", null, null, null),
        };

        string cut = new('x', 50);
        Assert.Equal(
            "[Name: 'Run', ID: 'id', RuntimeStatus: Failed, CreatedAt: 2030-01-02T03:04:05, LastUpdatedAt: 2030-01-02T03:04:06, "
            + $"Input: '{cut}...', FailureDetails: 'My.Error - broken']",
            metadata.ToString());
    }

    [Fact]
    public void Purge_result_with_a_negative_count_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PurgeResult(-1));
        Assert.Null(new PurgeResult(1).IsComplete);
        Assert.False(new PurgeResult(1, false).IsComplete);
    }
}
