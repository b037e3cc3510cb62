using Microsoft.DurableTask;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>Functions as lambdas.</summary>
public sealed partial class LocalDurableHostBuilder
{
    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run => await orchestrator(run.Context, run.GetInput<TInput>()!))
        {
            InputType = typeof(TInput),
        });
    }

    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, run => Task.FromResult<object?>(orchestrator(run.Context, run.GetInput<TInput>()!)))
        {
            InputType = typeof(TInput),
        });
    }

    public LocalDurableHostBuilder AddOrchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run => await orchestrator(run.Context)));
    }

    public LocalDurableHostBuilder AddOrchestrator(string name, Func<TaskOrchestrationContext, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run =>
        {
            await orchestrator(run.Context);
            return null;
        }));
    }

    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run, run.GetInput<TInput>()!).ConfigureAwait(false))
        {
            InputType = typeof(TInput),
            UsesServices = false,
        });
    }

    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, run => Task.FromResult<object?>(activity(run, run.GetInput<TInput>()!)))
        {
            InputType = typeof(TInput),
            UsesServices = false,
        });
    }

    /// <summary>Adds an activity that wants its services or its cancellation token: see <see cref="ActivityInvocation"/>.</summary>
    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<ActivityInvocation, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run).ConfigureAwait(false)));
    }

    /// <summary>Adds an activity without a result: see <see cref="ActivityInvocation"/>.</summary>
    public LocalDurableHostBuilder AddActivity(string name, Func<ActivityInvocation, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run =>
        {
            await activity(run).ConfigureAwait(false);
            return null;
        }));
    }
}
