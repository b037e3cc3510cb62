using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests;

/// <summary>Models whose answer is a function of the prompt: the same prompt always gets the same answer. It counts the prompts.</summary>
internal sealed class AnsweringModels(Func<string, string> answer) : IChatClientFactory, IChatClient
{
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>Prompts that are refused each time.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>The prompts that were answered or refused since it was last asked for, in no particular order.</summary>
    public List<string> TakeAsked()
    {
        var asked = new List<string>();
        while (_asked.TryDequeue(out var prompt))
        {
            asked.Add(prompt);
        }

        return asked;
    }

    public IChatClient Create(string model) => this;

    public bool IsSimulated(string model) => false;

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages.Last().Text;
        _asked.Enqueue(prompt);
        await Task.Yield();
        yield return Refuses(prompt)
            ? throw new ModelException(new WorkflowError(ErrorKind.ContentFiltered, $"Refused: {prompt}"))
            : new ChatResponseUpdate(ChatRole.Assistant, answer(prompt));
        yield return new ChatResponseUpdate(
            ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 })]);
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // It holds no resources.
    }
}
