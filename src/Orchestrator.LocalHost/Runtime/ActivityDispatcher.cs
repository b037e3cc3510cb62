using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// Runs activities on the thread pool. <see cref="LocalDurableHostOptions.SteeringActivities"/> have a separate queue, so that a cancellation does
/// not wait for the activities that it cancels. Thread-safe.
/// </summary>
internal sealed class ActivityDispatcher : IDisposable
{
    private readonly FunctionRegistry _registry;
    private readonly IServiceProvider _services;
    private readonly DataConverter _converter;
    private readonly ILogger _logger;
    private readonly IServiceScopeFactory? _scopes;
    private readonly HashSet<string> _steering;
    private readonly ActivityLane _work;
    private readonly ActivityLane _steeringWork;
    private readonly CancellationTokenSource _aborting = new();

    public ActivityDispatcher(
        LocalDurableHostOptions options, FunctionRegistry registry, IServiceProvider services, DataConverter converter, ILogger logger)
    {
        _registry = registry;
        _services = services;
        _converter = converter;
        _logger = logger;
        _scopes = services.GetService<IServiceScopeFactory>();
        _steering = new HashSet<string>(options.SteeringActivities, StringComparer.OrdinalIgnoreCase);
        _work = new ActivityLane(options.MaxConcurrentActivityFunctions, RunAsync);
        _steeringWork = new ActivityLane(options.MaxConcurrentActivityFunctions, RunAsync);
    }

    /// <summary>The token of running activities.</summary>
    public CancellationToken Aborting => _aborting.Token;

    /// <summary>The number of activities that run now, without steering activities.</summary>
    public int Running => _work.Running;

    public void Enqueue(in ActivityWork work) => (_steering.Contains(work.Call.Name) ? _steeringWork : _work).Enqueue(work);

    /// <summary>Starts no more activities. Queued activities run at the next start.</summary>
    /// <returns>A task that completes when no activity runs.</returns>
    public Task CloseAsync() => Task.WhenAll(_work.CloseAsync(), _steeringWork.CloseAsync());

    /// <summary>Cancels running activities.</summary>
    public Task AbortAsync() => _aborting.CancelAsync();

    public void Dispose() => _aborting.Dispose();

    private async Task RunAsync(ActivityWork work)
    {
        if (work.Owner.IsOver)
        {
            return;
        }

        HistoryEvent outcome;
        try
        {
            var result = _converter.Serialize(await InvokeAsync(work).ConfigureAwait(false));
            outcome = new TaskCompleted(work.Owner.UtcNow, work.Call.Id, result);
        }
        catch (Exception exception) when (_aborting.IsCancellationRequested || (_work.IsClosed && exception is OperationCanceledException))
        {
            _logger.ActivityStopped(work.Call.Name, work.Call.Id, work.Owner.InstanceId);
            return;
        }
        catch (Exception exception)
        {
            _logger.ActivityFailed(exception, work.Call.Name, work.Call.Id, work.Owner.InstanceId);
            outcome = new TaskFailed(work.Owner.UtcNow, work.Call.Id, Failures.Of(exception), exception is TaskNotFoundException);
        }

        work.Owner.Post(new Message(outcome, work.Generation));
    }

    private async Task<object?> InvokeAsync(ActivityWork work)
    {
        var activity = _registry.FindActivity(work.Call.Name) ?? throw TaskNotFoundException.Activity(work.Call.Name);
        if (_scopes is null || !activity.UsesServices)
        {
            return await activity.Invoke(Invocation(work, _services)).ConfigureAwait(false);
        }

        var scope = _scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            return await activity.Invoke(Invocation(work, scope.ServiceProvider)).ConfigureAwait(false);
        }
    }

    private ActivityInvocation Invocation(in ActivityWork work, IServiceProvider scoped) =>
        new(work.Call.Name, work.Owner.InstanceId, work.Call.Version, work.Call.Input, _converter, scoped, _aborting.Token);
}

/// <summary>A queue of activities with a maximum number of concurrent executions. Thread-safe.</summary>
/// <param name="run">Runs one activity; it must not throw.</param>
internal sealed class ActivityLane(int limit, Func<ActivityWork, Task> run)
{
    private readonly ConcurrentQueue<ActivityWork> _queue = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _closing;

    /// <summary>The number of activities that run now.</summary>
    public int Running => Volatile.Read(ref _running);

    public bool IsClosed => Volatile.Read(ref _closing) != 0;

    public void Enqueue(in ActivityWork work)
    {
        if (!IsClosed)
        {
            _queue.Enqueue(work);
            StartRunner();
        }
    }

    /// <summary>Starts no more activities. Queued activities run at the next start.</summary>
    /// <returns>A task that completes when no activity runs.</returns>
    public Task CloseAsync()
    {
        // Count this call as a runner: when the count is zero after it, nothing runs any more.
        Interlocked.Increment(ref _running);
        Volatile.Write(ref _closing, 1);
        _queue.Clear();
        EndRunner();
        return _idle.Task;
    }

    private void StartRunner()
    {
        var running = Volatile.Read(ref _running);
        while (running < limit)
        {
            var seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static lane => _ = lane.RunAsync(), this, preferLocal: false);
                return;
            }

            running = seen;
        }
    }

    private void EndRunner()
    {
        if (Interlocked.Decrement(ref _running) == 0 && IsClosed)
        {
            _idle.TrySetResult();
        }
    }

    private async Task RunAsync()
    {
        while (!IsClosed && _queue.TryDequeue(out var work))
        {
            await run(work).ConfigureAwait(false);
        }

        EndRunner();

        // Work may have been queued after the last dequeue and before the count was decremented.
        if (!IsClosed && !_queue.IsEmpty)
        {
            StartRunner();
        }
    }
}

/// <summary>A scheduled execution of an activity.</summary>
internal readonly record struct ActivityWork(OrchestrationInstance Owner, int Generation, TaskScheduled Call);
