using Microsoft.Extensions.AI;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

public class ModelChoiceTests
{
    private const string Chain = """{ "steps": [ { "id": "a", "prompt": "x", "options": { "models": ["one", "two"] } } ] }""";

    private readonly TestRuns _runs = new();

    [Theory]
    [InlineData(ErrorKind.Unavailable)]
    [InlineData(ErrorKind.RateLimited)]
    public async Task Next_model_is_asked_when_one_is_unavailable_and_the_record_says_so(ErrorKind kind)
    {
        var run = await _runs.BeginAsync(Chain, null, mocks: null);

        var outcome = await Executor(new Models(kind, "two")).ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal(StepStatus.Completed, outcome.Status);
        var record = await _runs.CheckpointAsync(run, 0);
        Assert.Equal(("answer of two", "two"), (record.Output!.GetValue<string>(), record.Model));
        Assert.Contains("'two' was asked", Assert.Single(record.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_model_is_not_asked_when_the_request_itself_was_refused()
    {
        var run = await _runs.BeginAsync(Chain, null, mocks: null);

        var outcome = await Executor(new Models(ErrorKind.ContentFiltered, "two")).ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal((StepStatus.Failed, ErrorKind.ContentFiltered), (outcome.Status, outcome.Error!.Kind));
        Assert.Equal("one", (await _runs.CheckpointAsync(run, 0)).Model);
    }

    [Fact]
    public async Task Last_models_failure_is_the_steps()
    {
        var run = await _runs.BeginAsync(Chain, null, mocks: null);

        var outcome = await Executor(new Models(ErrorKind.Unavailable, "three")).ExecuteAsync(_runs.Call(run, 0), default);

        Assert.Equal(("two is down", "two"), (outcome.Error!.Message, (await _runs.CheckpointAsync(run, 0)).Model));
    }

    [Fact]
    public async Task Cached_answer_of_a_prompt_costs_nothing_and_calls_no_model()
    {
        var run = await _runs.BeginAsync(
            """{ "steps": [ { "id": "a", "prompt": "same", "options": { "model": "two", "cache": true } }, { "id": "b", "prompt": "same",""" +
            """ "options": { "model": "two", "cache": true } } ] }""",
            null, mocks: null);
        var models = new Models(ErrorKind.Unavailable, "two");
        await Executor(models).ExecuteAsync(_runs.Call(run, 0), default);

        var outcome = await Executor(models).ExecuteAsync(_runs.Call(run, 1), default);

        Assert.Equal((1, 0L), (models.Asked, outcome.Usage.OutputTokens));
        var record = await _runs.CheckpointAsync(run, 1);
        Assert.Equal((true, "answer of two"), (record.FromCache, record.Output!.GetValue<string>()));
    }

    private StepExecutor Executor(IChatClientFactory models) => _runs.MakeExecutor(models);

    /// <summary>Models that all fail in one way, but for one that answers.</summary>
    private sealed class Models(ErrorKind kind, string working) : IChatClientFactory
    {
        public int Asked { get; private set; }

        public IChatClient Create(string model) => new Client(this, model);

        public bool IsSimulated(string model) => false;

        private sealed class Client(Models models, string model) : IChatClient
        {
            public Task<ChatResponse> GetResponseAsync(
                IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
                GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

            public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
                IEnumerable<ChatMessage> messages, ChatOptions? options = null,
                [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
            {
                await Task.CompletedTask;
                models.Asked++;
                if (model != models.Working)
                {
                    throw new ModelException(new WorkflowError(models.Kind, $"{model} is down"));
                }

                yield return new ChatResponseUpdate(ChatRole.Assistant, $"answer of {model}");
            }

            public object? GetService(Type serviceType, object? serviceKey = null) => null;

            public void Dispose()
            {
            }
        }

        private ErrorKind Kind => kind;

        private string Working => working;
    }
}
