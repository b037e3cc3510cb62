using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Mocks;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// One model that answers from a script and counts its calls. It finds the step by the beginning of the prompt and the attempt by the records that
/// are there: one more than these. So a call for an attempt that has its record counts as one for the next, which is an error.
/// </summary>
internal sealed class SweepModels(SweepScript script, SweepDisk disk, SweepCalls calls, TimeProvider time) : IChatClientFactory, IChatClient
{
    public IChatClient Create(string model) => this;

    public bool IsSimulated(string model) => false;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages.Last().Text;
        var step = prompt[..prompt.IndexOf(':', StringComparison.Ordinal)];
        var attempt = 1 + disk.CountRecords(step);
        calls.Add(step, attempt);
        using var answer = new MockChatClient(script.Entry(step, attempt, prompt), time);
        calls.Ask(step, prompt, script.IsResumed);
        await foreach (var update in answer.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            yield return update;
        }

        calls.Answer(step, prompt, script.IsResumed);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
