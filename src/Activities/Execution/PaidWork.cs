using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Logging;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Writes what follows a paid answer, up to its record: when the host stops, for a few seconds more; while the store is away, each write is tried
/// again and again, for five minutes (docs/decisions/0009).
/// </summary>
internal sealed class PaidWork : IDisposable
{
    /// <summary>Maximum time after the host's token in which an answer may still be written.</summary>
    public static readonly TimeSpan FinalWriteTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly ExecuteStepInput _call;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _stopping;

    /// <param name="stopping">Fires when the host stops.</param>
    public PaidWork(ExecuteStepInput call, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        _call = call;
        _time = time;
        _logger = logger;
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _stopping = stopping.UnsafeRegister(static end => ((CancellationTokenSource)end!).CancelAfter(FinalWriteTimeout), _end);
    }

    /// <summary>For every write of an answer that has arrived: fires a few seconds after the host's token.</summary>
    public CancellationToken Token => _end.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _end.Dispose();
    }

    /// <param name="operation">May be repeated.</param>
    /// <exception cref="AttemptLostException">The store was away until the end.</exception>
    public Task RetryAsync(Func<Task> operation) => RetryAsync(
        async () =>
        {
            await operation();
            return true;
        });

    /// <param name="operation">May be repeated.</param>
    /// <exception cref="AttemptLostException">The store was away until the end.</exception>
    public async Task<T> RetryAsync<T>(Func<Task<T>> operation)
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

/// <summary>An attempt was worked on, but its record could not be written for too long: what it cost is lost.</summary>
public sealed class AttemptLostException(ExecuteStepInput call, ContentStoreException cause)
    : Exception($"it was worked on, but its record could not be written, so that what it cost is lost: {cause.Message}", cause)
{
    public string StepId { get; } = call.StepId;

    public int Attempt { get; } = call.Attempt;
}
