using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>Adds orchestrators as lambdas and as classes.</summary>
public sealed partial class LocalDurableHostBuilder
{
    /// <summary>Adds an asynchronous orchestrator with input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, async run => await orchestrator(run.Context, run.GetInput<TInput>()!));
    }

    /// <summary>Adds a synchronous orchestrator with input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, run => Task.FromResult<object?>(orchestrator(run.Context, run.GetInput<TInput>()!)));
    }

    /// <summary>Adds an asynchronous orchestrator with input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TInput>(string name, Func<TaskOrchestrationContext, TInput, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, async run =>
        {
            await orchestrator(run.Context, run.GetInput<TInput>()!);
            return null;
        });
    }

    /// <summary>Adds a synchronous orchestrator with input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TInput>(string name, Action<TaskOrchestrationContext, TInput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return RegisterOrchestrator<TInput>(name, run =>
        {
            orchestrator(run.Context, run.GetInput<TInput>()!);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>Adds an asynchronous orchestrator without input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TOutput>(string name, Func<TaskOrchestrationContext, Task<TOutput>> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run => await orchestrator(run.Context)));
    }

    /// <summary>Adds a synchronous orchestrator without input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator<TOutput>(string name, Func<TaskOrchestrationContext, TOutput> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, run => Task.FromResult<object?>(orchestrator(run.Context))));
    }

    /// <summary>Adds an asynchronous orchestrator without input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator(string name, Func<TaskOrchestrationContext, Task> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, async run =>
        {
            await orchestrator(run.Context);
            return null;
        }));
    }

    /// <summary>Adds a synchronous orchestrator without input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddOrchestrator(string name, Action<TaskOrchestrationContext> orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return AddOrchestrator(new OrchestratorRegistration(name, run =>
        {
            orchestrator(run.Context);
            return Task.FromResult<object?>(null);
        }));
    }

    /// <summary>
    /// Adds a <see cref="TaskOrchestrator{TInput, TOutput}"/>. Each run of its code, including replays, creates an object, from <see
    /// cref="Services"/>.
    /// </summary>
    /// <param name="name">Null uses the name of <see cref="DurableTaskAttribute"/>, or else the name of the class.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class declares a version: a name has one orchestrator.</exception>
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
