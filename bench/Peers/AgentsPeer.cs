using System.Collections.Concurrent;
using Microsoft.Agents.AI.Workflows;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;

namespace Orchestrator.Bench.Peers;

/// <summary>
/// Workflows of the Microsoft Agent Framework in this process: a step is an executor, a dependency an edge, several dependencies a barrier.
/// </summary>
/// <param name="checkpoints">The store of its state after each super-step; null for none.</param>
/// <param name="owned">Disposed with it; null for nothing.</param>
internal sealed class AgentsPeer(CheckpointManager? checkpoints, IDisposable? owned = null) : IPeer
{
    public async Task<double> NoOpsAsync(NoOpWork work)
    {
        var start = new Step("start", 1, (sum, _) => ValueTask.FromResult(sum));
        var builder = new WorkflowBuilder(start);
        var end = work.Shape == NoOpShape.Chain ? Chain(builder, start, work.Steps) : FanOut(builder, start, work.Steps);
        var workflow = builder.WithOutputFrom(end).Build();
        var meter = new ProcessMeter();
        var sum = await ResultAsync(workflow);
        var elapsed = meter.Elapsed.TotalSeconds;
        WrongAnswerException.ThrowUnless(sum == work.Sum(), $"The {work} came to {sum}.");
        return elapsed;
    }

    public async Task<double> RunAsync(IWorkload workload)
    {
        var meter = new ProcessMeter();
        var ended = new ConcurrentDictionary<int, long>();
        var start = new Step("start", 1, (sum, _) => ValueTask.FromResult(sum));
        var builder = new WorkflowBuilder(start);
        var steps = Enumerable.Range(0, workload.Steps).Select(ExecutorBinding (step) => new Step(
            LayersCase.Id(step),
            Math.Max(1, workload.DependsOn(step).Count),
            async (given, cancellationToken) =>
            {
                if (workload.LatencyMsOf(step) is > 0 and var latency)
                {
                    await Task.Delay(latency, cancellationToken);
                }

                WrongAnswerException.ThrowUnless(ended.TryAdd(step, given), $"{workload.Name}: step {step} ran twice.");
                return step;
            })).ToList();
        var last = Enumerable.Range(0, workload.Steps).ToHashSet();
        for (var step = 0; step < workload.Steps; step++)
        {
            var before = workload.DependsOn(step);
            last.ExceptWith(before);
            Join(builder, before.Count == 0 ? [start] : [.. before.Select(each => steps[each])], steps[step]);
        }

        var end = new Step("end", last.Count, (sum, _) => ValueTask.FromResult(sum));
        Join(builder, [.. last.Select(step => steps[step])], end);
        var sum = await ResultAsync(builder.WithOutputFrom(end).Build());
        var elapsed = meter.Elapsed.TotalSeconds;
        WrongAnswerException.ThrowUnless(sum == last.Sum(step => (long)step), $"{workload.Name}: the last steps came to {sum}.");
        for (var step = 0; step < workload.Steps; step++)
        {
            WrongAnswerException.ThrowUnless(
                ended.TryGetValue(step, out var given) && given == workload.DependsOn(step).Sum(),
                $"{workload.Name}: step {step} was given {given}.");
        }

        return elapsed;
    }

    public ValueTask DisposeAsync()
    {
        owned?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Step Chain(WorkflowBuilder builder, Step start, int count)
    {
        var before = start;
        for (var number = 0; number < count; number++)
        {
            var answer = NoOpHost.Next(number);
            var step = new Step(LayersCase.Id(number), 1, (sum, _) => ValueTask.FromResult(sum + answer));
            builder.AddEdge(before, step);
            before = step;
        }

        return before;
    }

    private static Step FanOut(WorkflowBuilder builder, Step start, int count)
    {
        var steps = Enumerable.Range(0, count).Select(ExecutorBinding (number) => new Step(
            LayersCase.Id(number), 1, (_, _) => ValueTask.FromResult((long)NoOpHost.Next(number)))).ToList();
        var end = new Step("end", count, (sum, _) => ValueTask.FromResult(sum));
        builder.AddFanOutEdge(start, steps).AddFanInBarrierEdge(steps, end);
        return end;
    }

    private static void Join(WorkflowBuilder builder, IReadOnlyList<ExecutorBinding> before, ExecutorBinding step)
    {
        if (before.Count == 1)
        {
            builder.AddEdge(before[0], step);
        }
        else
        {
            builder.AddFanInBarrierEdge(before, step);
        }
    }

    private async Task<long?> ResultAsync(Workflow workflow)
    {
        await using var run = checkpoints is null
            ? await InProcessExecution.RunAsync(workflow, new Sum(0))
            : await InProcessExecution.RunAsync(workflow, new Sum(0), checkpoints);
        var error = run.OutgoingEvents.FirstOrDefault(happened => happened is ExecutorFailedEvent or WorkflowErrorEvent);
        WrongAnswerException.ThrowUnless(error is null, $"The workflow failed: {error}");
        return run.OutgoingEvents.OfType<WorkflowOutputEvent>().Single().As<Sum>()?.Value;
    }

    /// <summary>The message between steps.</summary>
    private sealed record Sum(long Value);

    /// <summary>Adds up its messages, and executes its work when it has them all.</summary>
    private sealed class Step(string id, int waits, Func<long, CancellationToken, ValueTask<long>> work) : Executor<Sum, Sum?>(id)
    {
        private int _got;
        private long _sum;

        public override async ValueTask<Sum?> HandleAsync(Sum message, IWorkflowContext context, CancellationToken cancellationToken = default)
        {
            _sum += message.Value;
            return ++_got < waits ? null : new Sum(await work(_sum, cancellationToken));
        }
    }
}
