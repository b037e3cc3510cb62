using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>
/// One call to a model, always streamed. <see cref="Usage"/> and <see cref="Text"/> tell what it came to however it ended: failed and cancelled
/// calls cost tokens too. Runs once; not thread-safe, but the properties may be read as soon as the task of <see cref="RunAsync"/> has ended.
/// </summary>
public sealed class PromptCall(IChatClient client, PromptRequest request)
{
    private readonly StringBuilder _text = new();
    private UsageDetails? _reported;
    private bool _started;
    private bool _reachedModel;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>
    /// The tokens so far: as the provider reported them; what it did not report counted as characters ÷ 4 and marked. Zero when the call never
    /// reached the model or was refused by it; a call cancelled while it waited for the first token counts its input.
    /// </summary>
    public TokenUsage Usage
    {
        get
        {
            if (!_reachedModel)
            {
                return default;
            }

            var complete = _reported is { InputTokenCount: not null, OutputTokenCount: not null };
            return new TokenUsage
            {
                InputTokens = _reported?.InputTokenCount
                    ?? TokenEstimate.FromCharacters(request.Prompt.Length + (long)(request.System?.Length ?? 0)),
                OutputTokens = _reported?.OutputTokenCount ?? TokenEstimate.FromCharacters(_text.Length),
                CachedTokens = _reported?.CachedInputTokenCount ?? 0,
                Estimated = !complete,
            };
        }
    }

    /// <summary>Makes the call.</summary>
    /// <param name="onText">
    /// Gets each piece of text as it arrives, in order, awaited before the next; null for nobody. What it throws comes through.
    /// </param>
    /// <exception cref="ModelException">The model failed, refused, or filtered its answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; the request was aborted.</exception>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    public async Task<PromptResult> RunAsync(Func<string, ValueTask>? onText, CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("A PromptCall runs once. Make another one for another attempt.");
        }

        _started = true;
        cancellationToken.ThrowIfCancellationRequested();
        ChatFinishReason? finish = null;
        await using var updates = Open(cancellationToken);
        while (await NextAsync(updates, cancellationToken) is { } update)
        {
            finish = update.FinishReason ?? finish;
            foreach (var usage in update.Contents.OfType<UsageContent>())
            {
                // Providers that report in parts expect them to be added up, as ToChatResponse does.
                (_reported ??= new UsageDetails()).Add(usage.Details);
            }

            if (update.Text is { Length: > 0 } piece)
            {
                _text.Append(piece);
                await (onText?.Invoke(piece) ?? ValueTask.CompletedTask);
            }
        }

        if (finish == ChatFinishReason.ContentFilter)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.ContentFiltered, "The provider's content filter stopped the answer. Change the prompt or its inputs."));
        }

        return new PromptResult(Text, Usage, finish == ChatFinishReason.Length);
    }

    private IAsyncEnumerator<ChatResponseUpdate> Open(CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = [new(ChatRole.User, request.Prompt)];
        if (request.System is { } system)
        {
            messages.Insert(0, new ChatMessage(ChatRole.System, system));
        }

        var options = new ChatOptions
        {
            ModelId = request.Model,
            Temperature = (float?)request.Temperature,
            MaxOutputTokens = request.MaxTokens,
        };
        try
        {
            return client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        }
        catch (Exception exception)
        {
            throw ModelErrors.Translate(exception);
        }
    }

    private async Task<ChatResponseUpdate?> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    {
        try
        {
            var more = await updates.MoveNextAsync();
            _reachedModel = true;
            return more ? updates.Current : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // An aborted request was on its way, and providers charge for what they have read.
            _reachedModel = true;
            throw;
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && (exception is IOException or HttpRequestException))
        {
            // Some clients report their own abort as a broken connection.
            _reachedModel = true;
            throw new OperationCanceledException("The call was cancelled.", exception, cancellationToken);
        }
        catch (Exception exception)
        {
            throw ModelErrors.Translate(exception);
        }
    }
}
