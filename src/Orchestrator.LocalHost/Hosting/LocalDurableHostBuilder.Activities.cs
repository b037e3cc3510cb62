using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>
/// Adds activities as lambdas and as classes. A lambda whose parameter has no explicit type gets an <see cref="ActivityInvocation"/>, which is a <see
/// cref="TaskActivityContext"/>.
/// </summary>
public sealed partial class LocalDurableHostBuilder
{
    /// <summary>Adds an asynchronous activity with input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run => await activity(run, run.GetInput<TInput>()!).ConfigureAwait(false));
    }

    /// <summary>Adds a synchronous activity with input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run => Task.FromResult<object?>(activity(run, run.GetInput<TInput>()!)));
    }

    /// <summary>Adds an asynchronous activity with input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TInput>(string name, Func<TaskActivityContext, TInput, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run =>
        {
            await activity(run, run.GetInput<TInput>()!).ConfigureAwait(false);
            return null;
        });
    }

    /// <summary>Adds a synchronous activity with input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TInput>(string name, Action<TaskActivityContext, TInput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run =>
        {
            activity(run, run.GetInput<TInput>()!);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>Adds an activity that uses only its input.</summary>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run => await activity(run.GetInput<TInput>()!).ConfigureAwait(false));
    }

    /// <summary>Adds an activity that uses only its input.</summary>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run => Task.FromResult<object?>(activity(run.GetInput<TInput>()!)));
    }

    /// <summary>Adds an asynchronous activity without input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<TaskActivityContext, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run).ConfigureAwait(false)) { UsesServices = false });
    }

    /// <summary>Adds a synchronous activity without input and with a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<TaskActivityContext, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, run => Task.FromResult<object?>(activity(run))) { UsesServices = false });
    }

    /// <summary>Adds an asynchronous activity without input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity(string name, Func<TaskActivityContext, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run =>
        {
            await activity(run).ConfigureAwait(false);
            return null;
        })
        { UsesServices = false });
    }

    /// <summary>Adds a synchronous activity without input and without a result.</summary>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public LocalDurableHostBuilder AddActivity(string name, Action<TaskActivityContext> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, run =>
        {
            activity(run);
            return Task.FromResult<object?>(null);
        })
        { UsesServices = false });
    }

    /// <summary>Adds an activity that uses the services or the cancellation token of its <see cref="ActivityInvocation"/>.</summary>
    [OverloadResolutionPriority(1)]
    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<ActivityInvocation, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run).ConfigureAwait(false)));
    }

    /// <summary>Adds an activity without a result that uses the services or the cancellation token of its <see cref="ActivityInvocation"/>.</summary>
    [OverloadResolutionPriority(1)]
    public LocalDurableHostBuilder AddActivity(string name, Func<ActivityInvocation, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run =>
        {
            await activity(run).ConfigureAwait(false);
            return null;
        }));
    }

    /// <summary>Adds a <see cref="TaskActivity{TInput, TOutput}"/>. Each execution creates an object, from the execution's services.</summary>
    /// <param name="name">Null uses the name of <see cref="DurableTaskAttribute"/>, or else the name of the class.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class declares a version: a name has one activity.</exception>
    public LocalDurableHostBuilder AddActivity<TActivity>(string? name = null)
        where TActivity : class, ITaskActivity => AddActivity(new ActivityRegistration(
            ClassName(typeof(TActivity), name),
            run =>
            {
                ITaskActivity activity = Create<TActivity>(run.Services);
                return activity.RunAsync(run, run.GetInput(activity.InputType));
            }));

    private LocalDurableHostBuilder RegisterActivity<TInput>(string name, Func<ActivityInvocation, Task<object?>> invoke) =>
        AddActivity(new ActivityRegistration(name, invoke) { InputType = typeof(TInput), UsesServices = false });
}
