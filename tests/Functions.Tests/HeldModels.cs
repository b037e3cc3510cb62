using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;

namespace Orchestrator.Functions.Tests;

/// <summary>A model whose every answer is given by the test, in the order of the requests.</summary>
internal sealed class HeldModels : IChatClientFactory, IChatClient
{
    private readonly Channel<TaskCompletionSource<string>> _requests = Channel.CreateUnbounded<TaskCompletionSource<string>>();

    /// <summary>The next request, to be answered or failed.</summary>
    public Task<TaskCompletionSource<string>> NextAsync() => _requests.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

    public IChatClient Create(string model) => this;

    public bool IsSimulated(string model) => false;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _requests.Writer.WriteAsync(answer, cancellationToken);
        yield return new ChatResponseUpdate(ChatRole.Assistant, await answer.Task.WaitAsync(cancellationToken));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
