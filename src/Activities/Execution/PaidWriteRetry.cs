using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Logging;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Retries the writes that follow a paid answer, up to its checkpoint (docs/decisions/0009): for five minutes while the store is not available, and
/// for a few seconds after the host begins to stop. For one execution; not thread-safe.
/// </summary>
internal sealed class PaidWriteRetry : IDisposable
{
    /// <summary>Maximum time after the host begins to stop in which an answer may still be written.</summary>
    public static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ExecuteStepInput _call;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // Not disposed: the timer may fire until then.
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _stopping;
    private ITimer? _final;

    /// <param name="stopping">Fires when the host stops.</param>
    public PaidWriteRetry(ExecuteStepInput call, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        _call = call;
        _time = time;
        _logger = logger;
        _stopping = stopping.UnsafeRegister(static retry => ((PaidWriteRetry)retry!).EndLater(), this);
    }

    /// <summary>For the writes of an answer: fires <see cref="FinalWriteTimeout"/> after the host's token.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Ends the wait for the host's end.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _final?.Dispose();
    }

    private void EndLater() => _final = _time.CreateTimer(
        static end => ((CancellationTokenSource)end!).Cancel(), _end, FinalWriteTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>Runs the operation until it succeeds.</summary>
    /// <param name="operation">A write that may be repeated.</param>
    /// <exception cref="AttemptLostException">The store was not available for five minutes, or refuses this value.</exception>
    /// <exception cref="OperationCanceledException">The host has stopped.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> operation)
    {
        var began = _time.GetTimestamp();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                var result = await operation();
                if (!isFirst)
                {
                    _logger.RecordWrittenAfterAll(_call.StepId, _call.RunId);
                }

                return result;
            }
            catch (ContentStoreException exception) when (exception.IsOfOneValue || _time.GetElapsedTime(began) >= RetryTimeout)
            {
                throw new AttemptLostException(_call, exception);
            }
            catch (ContentStoreException exception)
            {
                if (isFirst)
                {
                    _logger.RecordNotWritten(exception, _call.StepId, _call.RunId);
                }

                await Task.Delay(Interval, _time, Token);
            }
        }
    }
}

/// <summary>An attempt was worked on, but its checkpoint could not be written for too long: its result, and what it cost, are lost.</summary>
public sealed class AttemptLostException(ExecuteStepInput call, ContentStoreException cause)
    : Exception($"it was worked on, but its record could not be written, so that what it cost is lost: {cause.Message}", cause)
{
    /// <summary>The id of the step.</summary>
    public string StepId { get; } = call.StepId;

    /// <summary>The number of the step's attempt, from 1.</summary>
    public int Attempt { get; } = call.Attempt;
}
