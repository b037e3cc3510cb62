using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Activities.Tests.Models;

/// <summary>A client whose stream the test writes.</summary>
internal sealed class ScriptedChatClient(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> script) : IChatClient
{
    public List<ChatMessage> Messages { get; } = [];

    public ChatOptions? Options { get; private set; }

    public static ChatResponseUpdate Text(string text) => new(ChatRole.Assistant, text);

    public static ChatResponseUpdate Usage(long? input, long? output, long? cached = null) => new(
        ChatRole.Assistant,
        [new UsageContent(new UsageDetails { InputTokenCount = input, OutputTokenCount = output, CachedInputTokenCount = cached })]);

    public static ScriptedChatClient Of(params ChatResponseUpdate[] updates) => new(_ => updates.ToAsyncEnumerable());

    public static ScriptedChatClient Failing(Exception exception, params ChatResponseUpdate[] before) => new(_ => FailAfter(before, exception));

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Messages.AddRange(messages);
        Options = options;
        return script(cancellationToken);
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("Calls are always streamed.");

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    /// <summary>Gives the updates and then hangs until cancelled.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> ThenHang(
        ChatResponseUpdate[] updates, TaskCompletionSource hanging, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var update in updates)
        {
            yield return update;
        }

        hanging.SetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> FailAfter(ChatResponseUpdate[] before, Exception exception)
    {
        foreach (var update in before)
        {
            yield return update;
        }

        await Task.CompletedTask;
        throw exception;
    }
}
