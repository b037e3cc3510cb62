using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The host stops between the last word of an answer and its record, at each operation of the store that lies between them.</summary>
[Trait("Trust", "9")]
public sealed class PaidAnswerTests
{
    private const string Plain = """{ "steps": [ { "id": "a", "prompt": "x" } ] }""";
    private const string Cached = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "cache": true } } ] }""";
    private const string Streamed = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "stream": true } } ] }""";
    private const string Repeated = """{ "steps": [ { "id": "a", "prompt": "x", "repeat": { "until": "a == 'answer'", "max": 3 } } ] }""";

    private readonly FailingStore _store = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TestRuns _runs;

    public PaidAnswerTests() => _runs = new TestRuns(_store);

    [Theory]
    [InlineData(Plain)]
    [InlineData(Cached)]
    [InlineData(Streamed)]
    [InlineData(Repeated)]
    public async Task Complete_answer_is_recorded_whenever_the_host_stops(string definition)
    {
        var points = 0;
        for (var stopAt = 0; stopAt <= points; stopAt++)
        {
            var (runs, stopping, seen) = (new TestRuns(StoppingStore.Create()), new CancellationTokenSource(), 0);
            var store = (StoppingStore)(object)runs.Store;
            var run = await runs.BeginAsync(definition, mocks: null);
            var model = new Model(
                onAnswered: () =>
                {
                    store.OnOperation = () =>
                    {
                        if (seen++ == stopAt - 1)
                        {
                            stopping.Cancel();
                        }
                    };
                    if (stopAt == 0)
                    {
                        stopping.Cancel();
                    }
                });

            var outcome = await runs.MakeExecutor(model).ExecuteAsync(runs.Call(run, 0), stopping.Token);

            Assert.Equal(StepStatus.Completed, outcome.Status);
            Assert.Equal("answer", (await runs.CheckpointAsync(run, 0)).Output!.GetValue<string>());
            Assert.True(stopping.IsCancellationRequested, $"point {stopAt}");
            points = Math.Max(points, seen);
        }

        Assert.InRange(points, 2, 20);
    }

    [Fact]
    public async Task Store_that_is_away_while_the_host_stops_is_waited_for_a_few_seconds_and_no_longer()
    {
        var run = await _runs.BeginAsync(Plain, mocks: null);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnOperation = _ =>
        {
            if (_store.Failures > 0)
            {
                failed.TrySetResult();
            }
        };
        var execution = _runs.MakeExecutor(new Model(() => _store.Failures = int.MaxValue)).ExecuteAsync(_runs.Call(run, 0), _stopping.Token);
        await failed.Task;
        await _runs.Time.WhenTimersAsync(1);

        await _stopping.CancelAsync();
        _runs.Time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => execution.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private sealed class Model(Action onAnswered) : IChatClientFactory, IChatClient
    {
        public IChatClient Create(string model) => this;

        public bool IsSimulated(string model) => false;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "answer");
            await Task.CompletedTask;
            onAnswered();
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
