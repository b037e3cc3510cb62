using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Hosting;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Runs activities on the thread pool, so many at once and no more, in the order they were asked for. Thread safe.</summary>
internal sealed class ActivityDispatcher(int limit, FunctionRegistry registry, IServiceProvider services, DataConverter converter, ILogger logger) : IDisposable
{
    private readonly ConcurrentQueue<ActivityWork> _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IServiceScopeFactory? _scopes = services.GetService<IServiceScopeFactory>();
    private int _running;

    public CancellationToken Stopping => _stopping.Token;

    public void Enqueue(in ActivityWork work)
    {
        if (!_stopping.IsCancellationRequested)
        {
            _queue.Enqueue(work);
            StartRunner();
        }
    }

    /// <summary>Starts nothing more, tells running activities to stop, and waits for them.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        // A runner of our own: when the count comes back to zero after this, nothing runs and nothing will.
        Interlocked.Increment(ref _running);
        _queue.Clear();
        await _stopping.CancelAsync().ConfigureAwait(false);
        _queue.Clear();
        EndRunner();
        await _idle.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private void StartRunner()
    {
        var running = Volatile.Read(ref _running);
        while (running < limit)
        {
            var seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static dispatcher => _ = dispatcher.RunAsync(), this, preferLocal: false);
                return;
            }

            running = seen;
        }
    }

    private void EndRunner()
    {
        if (Interlocked.Decrement(ref _running) == 0 && _stopping.IsCancellationRequested)
        {
            _idle.TrySetResult();
        }
    }

    private async Task RunAsync()
    {
        while (_queue.TryDequeue(out var work))
        {
            await RunAsync(work).ConfigureAwait(false);
        }

        EndRunner();

        // Work may have come after the last look and before the count went down.
        if (!_queue.IsEmpty)
        {
            StartRunner();
        }
    }

    private async Task RunAsync(ActivityWork work)
    {
        if (work.Owner.IsOver || _stopping.IsCancellationRequested)
        {
            return;
        }

        HistoryEvent outcome;
        try
        {
            var result = converter.Serialize(await InvokeAsync(work).ConfigureAwait(false));
            outcome = new TaskCompleted(work.Owner.UtcNow, work.Call.Id, result);
        }
        catch (Exception failure)
        {
            if (_stopping.IsCancellationRequested)
            {
                logger.LogInformation(
                    "Activity '{Activity}' (#{Id}) of instance '{Instance}' was stopped with the host; it runs again at the next start.",
                    work.Call.Name,
                    work.Call.Id,
                    work.Owner.InstanceId);
                return;
            }

            logger.LogWarning(failure, "Activity '{Activity}' (#{Id}) of instance '{Instance}' failed.", work.Call.Name, work.Call.Id, work.Owner.InstanceId);
            outcome = new TaskFailed(work.Owner.UtcNow, work.Call.Id, Failures.Of(failure), failure is TaskNotFoundException);
        }

        work.Owner.Post(new Message(outcome, work.Generation));
    }

    private async Task<object?> InvokeAsync(ActivityWork work)
    {
        var activity = registry.FindActivity(work.Call.Name) ?? throw TaskNotFoundException.Activity(work.Call.Name);
        if (_scopes is null || !activity.UsesServices)
        {
            return await activity.Invoke(Invocation(work, services)).ConfigureAwait(false);
        }

        var scope = _scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            return await activity.Invoke(Invocation(work, scope.ServiceProvider)).ConfigureAwait(false);
        }
    }

    private ActivityInvocation Invocation(in ActivityWork work, IServiceProvider scoped) =>
        new(work.Call.Name, work.Owner.InstanceId, work.Call.Version, work.Call.Input, converter, scoped, _stopping.Token);
}
