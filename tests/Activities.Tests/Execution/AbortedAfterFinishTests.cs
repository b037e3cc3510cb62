using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Tests.Models;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>A model has given its answer and said why it ends, and the stream stays open until the attempt is aborted.</summary>
[Trait("Trust", "9")]
public sealed class AbortedAfterFinishTests
{
    private readonly TestRuns _runs = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("timeout")]
    [InlineData("cancelled run")]
    [InlineData("stopping host")]
    [InlineData("nothing but two seconds")]
    public async Task Answer_is_recorded(string abortedBy)
    {
        var timeout = abortedBy == "timeout" ? 1_500 : 60_000;
        var run = await _runs.BeginAsync($$"""{ "steps": [ { "id": "a", "prompt": "x", "options": { "timeout": {{timeout}} } } ] }""", mocks: null);
        var execution = _runs.MakeExecutor(new Model(_hanging)).ExecuteAsync(_runs.Call(run, 0), _stopping.Token);
        await _hanging.Task;

        switch (abortedBy)
        {
            case "cancelled run":
                await _runs.Control.CancelAsync(await _runs.IdentityAsync(), 1, "cancel", CancellationToken.None);
                break;
            case "stopping host":
                await _stopping.CancelAsync();
                break;
            default:
                _runs.Time.Advance(TimeSpan.FromMilliseconds(abortedBy == "timeout" ? 1_500 : 2_000));
                break;
        }

        var outcome = await execution.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(StepStatus.Completed, outcome.Status);
        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal("answer", record.Output!.GetValue<string>());
        Assert.Contains("a reason that is not known ('bored')", Assert.Single(record.Warnings), StringComparison.Ordinal);
    }

    private sealed class Model(TaskCompletionSource hanging) : IChatClientFactory
    {
        public IChatClient Create(string model) => new ScriptedChatClient(token => ScriptedChatClient.ThenHang(
            [ScriptedChatClient.Text("answer"), new ChatResponseUpdate { FinishReason = new ChatFinishReason("bored") }], hanging, token));

        public bool IsSimulated(string model) => false;
    }
}
