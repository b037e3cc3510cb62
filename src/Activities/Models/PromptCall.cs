using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;
using ReasoningEffort = Orchestrator.Workflows.Definitions.ReasoningEffort;

namespace Orchestrator.Activities.Models;

/// <summary>
/// One call to a model, always streamed. The answer is complete as soon as the model has given its finish reason; the call then succeeds however the
/// connection ends. <see cref="Usage"/> and <see cref="Text"/> are valid after failures and cancellations too, because such calls cost tokens as
/// well. Runs once. Not thread-safe, but the properties may be read when the task of <see cref="RunAsync"/> has ended.
/// </summary>
/// <param name="time">Measures how long a complete answer waits for its usage; null for the system's time.</param>
public sealed class PromptCall(IChatClient client, PromptRequest request, TimeProvider? time = null)
{
    /// <summary>How long a complete answer waits for its usage and the end of its stream: 2 seconds.</summary>
    internal static readonly TimeSpan UsageWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The key of <see cref="PromptRequest.Reasoning"/> in <see cref="ChatOptions.AdditionalProperties"/>; the value is as the protocol writes it.
    /// </summary>
    internal const string ReasoningProperty = "reasoning_effort";

    private readonly StringBuilder _text = new();
    private readonly ReportedUsage _reported = new();
    private bool _started;
    private bool _reachedModel;

    /// <summary>The text so far.</summary>
    public string Text => _text.ToString();

    /// <summary>
    /// The tokens so far, as reported by the provider or estimated (see <see cref="ReportedUsage"/>). Zero when the call did not reach the model or
    /// was refused; a call that was cancelled while it waited for the first token counts its input.
    /// </summary>
    public TokenUsage Usage => _reachedModel
        ? _reported.Tokens(inputCharacters: request.Prompt.Length + (long)(request.System?.Length ?? 0), outputCharacters: _text.Length)
        : default;

    /// <summary>Makes the call.</summary>
    /// <param name="onText">
    /// Gets each piece of text as it arrives, in order; null for no receiver. It must not block. Its exceptions are not caught.
    /// </param>
    /// <exception cref="ModelException">The model failed, refused, or filtered its answer.</exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> fired before the answer was complete; the request was aborted.
    /// </exception>
    /// <exception cref="InvalidOperationException">The call was made before.</exception>
    public async Task<PromptResult> RunAsync(Action<string>? onText, CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("A PromptCall runs once. Make another one for another attempt.");
        }

        _started = true;
        cancellationToken.ThrowIfCancellationRequested();
        ChatFinishReason? finish = null;
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var wait = new UsageTimer(time ?? TimeProvider.System, reading);
        await using var updates = StreamAsync(reading.Token);
        while (await NextAsync(updates, isComplete: finish is not null, cancellationToken) is { } update)
        {
            var piece = update.Text;
            finish = update.FinishReason ?? finish;
            var hasUsage = false;
            foreach (var usage in update.Contents.OfType<UsageContent>())
            {
                _reported.Add(usage.Details);
                hasUsage |= usage.Details is { InputTokenCount: > 0, OutputTokenCount: > 0 };
            }

            if (piece.Length > 0)
            {
                Append(piece);
                onText?.Invoke(piece);
            }

            if (finish is not null && hasUsage && piece.Length == 0)
            {
                // The answer and its usage are complete, and some servers never end the stream.
                break;
            }

            if (finish is not null && (update.FinishReason is not null || piece.Length > 0))
            {
                // Some servers send a finish reason with every part, so each piece of text restarts the wait.
                wait.Restart();
            }
        }

        return Result(finish);
    }

    private PromptResult Result(ChatFinishReason? finish)
    {
        if (finish == ChatFinishReason.ContentFilter)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.ContentFiltered, "The provider's content filter stopped the answer. Change the prompt or its inputs."));
        }

        if (finish == ChatFinishReason.Length && _text.Length == 0)
        {
            var limit = request.MaxTokens is { } maximum ? $"its {maximum} tokens (maxTokens)" : "its limit of tokens";
            throw new ModelException(new WorkflowError(
                ErrorKind.OutputInvalid,
                $"The model used up {limit} for reasoning, which counts as output, and wrote no text. "
                + "Raise maxTokens, or set reasoning to none or low."));
        }

        var isWhole = (finish is null || finish == ChatFinishReason.Stop) && !string.IsNullOrWhiteSpace(Text);
        var isKnown = finish is null || finish == ChatFinishReason.Stop || finish == ChatFinishReason.Length || finish == ChatFinishReason.ToolCalls;
        return new PromptResult(Text, Usage, finish == ChatFinishReason.Length, isWhole, isKnown ? null : finish!.Value.Value);
    }

    /// <exception cref="ModelException">The text is longer than an output may be: an endless answer must not fill the memory.</exception>
    private void Append(string piece)
    {
        _text.Append(piece);
        if (_text.Length > DefinitionLimits.MaxOutputBytes)
        {
            throw new ModelException(new WorkflowError(
                ErrorKind.PayloadTooLarge,
                $"The answer has more than {DefinitionLimits.MaxOutputBytes} characters (10 MiB), so the request was aborted. "
                + "Set maxTokens, or ask for less."));
        }
    }

    private IAsyncEnumerator<ChatResponseUpdate> StreamAsync(CancellationToken cancellationToken)
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
            AdditionalProperties = request.Reasoning is { } effort ? new() { [ReasoningProperty] = EnumNames.Of(effort) } : null,
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

    private async Task<ChatResponseUpdate?> NextAsync(
        IAsyncEnumerator<ChatResponseUpdate> updates, bool isComplete, CancellationToken cancellationToken)
    {
        try
        {
            var more = await updates.MoveNextAsync();
            _reachedModel = true;
            return more ? updates.Current : null;
        }
        catch (Exception) when (isComplete)
        {
            // A timeout, a cancellation, a broken connection or an error after the finish reason: the answer is complete and paid for.
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The request was sent before it was aborted, and providers charge for the input that they have read.
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

/// <summary>Ends the reading of a complete answer whose stream does not end.</summary>
internal sealed class UsageTimer(TimeProvider time, CancellationTokenSource reading) : IDisposable
{
    private ITimer? _timer;

    /// <summary>Begins the wait, or begins it again.</summary>
    public void Restart()
    {
        _timer ??= time.CreateTimer(End, reading, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(PromptCall.UsageWait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private static void End(object? reading)
    {
        try
        {
            ((CancellationTokenSource)reading!).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream has ended meanwhile.
        }
    }
}

/// <summary>The request of a call to a model, with every placeholder filled in. Immutable.</summary>
public sealed record PromptRequest
{
    /// <summary>The user message.</summary>
    public required string Prompt { get; init; }

    /// <summary>The system message; null for none.</summary>
    public string? System { get; init; }

    /// <summary>The model as its provider names it; null for the client's model.</summary>
    public string? Model { get; init; }

    /// <summary>0 to 2 with most providers; null for the model's default.</summary>
    public double? Temperature { get; init; }

    /// <summary>The reasoning effort; null for the model's default.</summary>
    public ReasoningEffort? Reasoning { get; init; }

    /// <summary>Maximum number of tokens of output, reasoning included; null for the model's limit.</summary>
    public int? MaxTokens { get; init; }
}

/// <summary>The answer of a model. Immutable.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="Usage">Tokens only; the caller adds the cost.</param>
/// <param name="CutOff">Whether the text ends because <see cref="PromptRequest.MaxTokens"/> or the model's limit was reached.</param>
/// <param name="IsWhole">
/// Whether there is a text and the model does not report that something stopped it. Only such an answer may be reused for another request.
/// </param>
/// <param name="UnknownFinish">The provider's finish reason when the protocol does not define it; else null.</param>
public sealed record PromptResult(string Text, TokenUsage Usage, bool CutOff, bool IsWhole, string? UnknownFinish = null);
