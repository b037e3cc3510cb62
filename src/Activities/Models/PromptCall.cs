using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Models;

/// <summary>
/// One call to a model, always streamed. <see cref="Usage"/> and <see cref="Text"/> are valid however it ended: failed and cancelled
/// calls cost tokens too. The answer is complete as soon as the model has said why it ends: however the connection ends then, it is the result. Runs once; not thread-safe, but the properties may be read as soon as the task of <see cref="RunAsync"/> has ended.
/// </summary>
/// <param name="time">Measures how long a complete answer waits for its usage; null for the system's.</param>
public sealed class PromptCall(IChatClient client, PromptRequest request, TimeProvider? time = null)
{
    /// <summary>How long the usage of a complete answer, and the end of its stream, are waited for: 2 seconds.</summary>
    internal static readonly TimeSpan UsageWait = TimeSpan.FromSeconds(2);

    /// <summary>Maximum plausible token count of one call: a larger count is ignored, since it would make every sum wrong.</summary>
    private const long MaxTokenCount = int.MaxValue;

    /// <summary>The name under which a client reports tokens that the provider wrote to its cache (<see cref="UsageDetails.AdditionalCounts"/>).</summary>
    internal const string CacheWriteCount = "cacheWriteTokens";

    /// <summary>The name under which <see cref="ChatOptions.AdditionalProperties"/> carry <see cref="PromptRequest.Reasoning"/>, as the protocol writes it.</summary>
    internal const string ReasoningProperty = "reasoning_effort";

    private readonly StringBuilder _text = new();
    private UsageDetails? _reported;
    private bool _started;
    private bool _reachedModel;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>
    /// The tokens so far: as the provider reported them; what it did not report, or reported as 0 although there is text, or as no count can be, counted as characters ÷ 4
    /// and marked. Zero when the call never reached the model or was refused by it; a call cancelled while it waited for the first token counts its input.
    /// </summary>
    public TokenUsage Usage
    {
        get
        {
            if (!_reachedModel)
            {
                return default;
            }

            var input = Counted(_reported?.InputTokenCount, request.Prompt.Length + (long)(request.System?.Length ?? 0), out var estimatesInput);
            var output = Counted(_reported?.OutputTokenCount, _text.Length, out var estimatesOutput);
            var cached = Math.Clamp(_reported?.CachedInputTokenCount ?? 0, 0, input);
            return new TokenUsage
            {
                InputTokens = input,
                OutputTokens = output,
                CachedTokens = cached,
                CacheWriteTokens = Math.Clamp(CacheWrites(_reported), 0, input - cached),
                Estimated = estimatesInput || estimatesOutput,
            };
        }
    }

    /// <summary>Makes the call.</summary>
    /// <param name="onText">
    /// Gets each piece of text as it arrives, in order; null: no receiver. It must not block. What it throws comes through.
    /// </param>
    /// <exception cref="ModelException">The model failed, refused, or filtered its answer.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired before the answer was complete; the request was aborted.</exception>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    public async Task<PromptResult> RunAsync(Action<string>? onText, CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("A PromptCall runs once. Make another one for another attempt.");
        }

        _started = true;
        cancellationToken.ThrowIfCancellationRequested();
        ChatFinishReason? finish = null;
        using var wait = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time ?? TimeProvider.System);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, wait.Token);
        await using var updates = Open(reading.Token);
        while (await NextAsync(updates, isComplete: finish is not null, cancellationToken) is { } update)
        {
            var piece = update.Text;
            finish = update.FinishReason ?? finish;
            if (finish is not null && (update.FinishReason is not null || piece.Length > 0))
            {
                // Some servers send a finish reason with every part: each piece of text starts the wait anew.
                wait.CancelAfter(UsageWait);
            }

            var reports = false;
            foreach (var usage in update.Contents.OfType<UsageContent>())
            {
                _reported = Greater(_reported, usage.Details);
                reports |= usage.Details is { InputTokenCount: > 0, OutputTokenCount: > 0 };
            }

            if (piece.Length > 0)
            {
                Append(piece);
                onText?.Invoke(piece);
            }

            if (finish is not null && reports && piece.Length == 0)
            {
                // Everything needed has arrived, and not every server ends its stream.
                break;
            }
        }

        if (finish == ChatFinishReason.ContentFilter)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.ContentFiltered, "The provider's content filter stopped the answer. Change the prompt or its inputs."));
        }

        if (finish == ChatFinishReason.Length && _text.Length == 0)
        {
            var limit = request.MaxTokens is { } most ? $"its {most} tokens (maxTokens)" : "the tokens that it may write";
            throw new ModelException(new WorkflowError(
                ErrorKind.OutputInvalid,
                $"The model used up {limit} and wrote no text: what it thinks counts, too, and reasoning took it all. Raise maxTokens, or set reasoning to none or low."));
        }

        var isWhole = (finish is null || finish == ChatFinishReason.Stop) && !string.IsNullOrWhiteSpace(Text);
        var unknown = finish is { } reason && reason != ChatFinishReason.Stop && reason != ChatFinishReason.Length && reason != ChatFinishReason.ToolCalls
            ? reason.Value
            : null;
        return new PromptResult(Text, Usage, finish == ChatFinishReason.Length, isWhole, unknown);
    }

    /// <exception cref="ModelException">The text is longer than an output may be. A server that writes without end would fill the memory until its time is over.</exception>
    private void Append(string piece)
    {
        _text.Append(piece);
        if (_text.Length > DefinitionLimits.MaxOutputBytes)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.PayloadTooLarge,
                $"The answer has more than {DefinitionLimits.MaxOutputBytes} characters (10 MiB), so the request was aborted. Set maxTokens, or ask for less."));
        }
    }

    /// <summary>Some providers repeat the totals so far in every chunk, others spread the numbers over several: the greatest of each is the total.</summary>
    private static UsageDetails Greater(UsageDetails? before, UsageDetails now) => new()
    {
        InputTokenCount = Greater(before?.InputTokenCount, now.InputTokenCount),
        OutputTokenCount = Greater(before?.OutputTokenCount, now.OutputTokenCount),
        CachedInputTokenCount = Greater(before?.CachedInputTokenCount, now.CachedInputTokenCount),
        AdditionalCounts = new() { [CacheWriteCount] = Math.Max(CacheWrites(before), CacheWrites(now)) },
    };

    private static long? Greater(long? left, long? right) => right is < 0 or > MaxTokenCount || right <= left ? left : right ?? left;

    private static long CacheWrites(UsageDetails? usage) => usage?.AdditionalCounts?.TryGetValue(CacheWriteCount, out var count) == true ? count : 0;

    /// <summary>The count as it was reported, or what the text's length says when it was not, or cannot be true.</summary>
    private static long Counted(long? reported, long characters, out bool isEstimated)
    {
        isEstimated = reported is null || (reported == 0 && characters > 0);
        return isEstimated ? TokenEstimate.FromCharacters(characters) : reported!.Value;
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
            AdditionalProperties = request.Reasoning is { } effort ? new() { [ReasoningProperty] = JsonNamingPolicy.CamelCase.ConvertName(effort.ToString()) } : null,
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

    private async Task<ChatResponseUpdate?> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, bool isComplete, CancellationToken cancellationToken)
    {
        try
        {
            var more = await updates.MoveNextAsync();
            _reachedModel = true;
            return more ? updates.Current : null;
        }
        catch (Exception) when (isComplete)
        {
            // A timeout, a cancellation, a broken connection or an error after the answer: the answer is complete and paid.
            return null;
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
