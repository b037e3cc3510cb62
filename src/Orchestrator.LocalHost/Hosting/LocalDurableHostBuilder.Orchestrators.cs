using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>Orchestrators as lambdas and as classes.</summary>
public sealed partial class LocalDurableHostBuilder
{
    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, async run => await orchestrator(run.Context, run.GetInput<TInput>()!));
    }

    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, run => Task.FromResult<object?>(orchestrator(run.Context, run.GetInput<TInput>()!)));
    }

    public LocalDurableHostBuilder AddOrchestrator<TInput>(string name, Func<TaskOrchestrationContext, TInput, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, async run =>
        {
            await orchestrator(run.Context, run.GetInput<TInput>()!);
            return null;
        });
    }

    public LocalDurableHostBuilder AddOrchestrator<TInput>(string name, Action<TaskOrchestrationContext, TInput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, run =>
        {
            orchestrator(run.Context, run.GetInput<TInput>()!);
            return Task.FromResult<object?>(null);
        });
    }

    public LocalDurableHostBuilder AddOrchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run => await orchestrator(run.Context)));
    }

    public LocalDurableHostBuilder AddOrchestrator<TOutput>(string name, Func<TaskOrchestrationContext, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, run => Task.FromResult<object?>(orchestrator(run.Context))));
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

    public LocalDurableHostBuilder AddOrchestrator(string name, Action<TaskOrchestrationContext> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, run =>
        {
            orchestrator(run.Context);
            return Task.FromResult<object?>(null);
        }));
    }

    /// <summary>Adds a <see cref="TaskOrchestrator{TInput, TOutput}"/>. Each run of its code, replays included, has an object of its own, whose constructor gets <see cref="Services"/>.</summary>
    /// <param name="name">Null means the name that <see cref="DurableTaskAttribute"/> gives, else the class's own.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class asks for a version: one name has one orchestrator.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TOrchestrator>(string? name = null)
        where TOrchestrator : class, ITaskOrchestrator => AddOrchestrator(new OrchestratorRegistration(
            ClassName(typeof(TOrchestrator), name),
            run =>
            {
                ITaskOrchestrator orchestrator = Create<TOrchestrator>(run.Services);
                return orchestrator.RunAsync(run.Context, run.GetInput(orchestrator.InputType));
            }));

    private LocalDurableHostBuilder RegisterOrchestrator<TInput>(string name, Func<OrchestratorInvocation, Task<object?>> invoke) =>
        AddOrchestrator(new OrchestratorRegistration(name, invoke) { InputType = typeof(TInput) });
}
