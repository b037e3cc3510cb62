using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>
/// Activities as lambdas and as classes. A lambda that does not name its parameter's type is meant for an <see cref="ActivityInvocation"/>, which is a
/// <see cref="TaskActivityContext"/> and more.
/// </summary>
public sealed partial class LocalDurableHostBuilder
{
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run => await activity(run, run.GetInput<TInput>()!).ConfigureAwait(false));
    }

    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run => Task.FromResult<object?>(activity(run, run.GetInput<TInput>()!)));
    }

    public LocalDurableHostBuilder AddActivity<TInput>(string name, Func<TaskActivityContext, TInput, Task> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run =>
        {
            await activity(run, run.GetInput<TInput>()!).ConfigureAwait(false);
            return null;
        });
    }

    public LocalDurableHostBuilder AddActivity<TInput>(string name, Action<TaskActivityContext, TInput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run =>
        {
            activity(run, run.GetInput<TInput>()!);
            return Task.FromResult<object?>(null);
        });
    }

    /// <summary>Adds an activity that needs its input only.</summary>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, async run => await activity(run.GetInput<TInput>()!).ConfigureAwait(false));
    }

    /// <summary>Adds an activity that needs its input only.</summary>
    public LocalDurableHostBuilder AddActivity<TInput, TOutput>(string name, Func<TInput, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return RegisterActivity<TInput>(name, run => Task.FromResult<object?>(activity(run.GetInput<TInput>()!)));
    }

    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<TaskActivityContext, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run).ConfigureAwait(false)) { UsesServices = false });
    }

    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<TaskActivityContext, TOutput> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, run => Task.FromResult<object?>(activity(run))) { UsesServices = false });
    }

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

    /// <summary>Adds an activity that wants its services or its cancellation token: see <see cref="ActivityInvocation"/>.</summary>
    [OverloadResolutionPriority(1)]
    public LocalDurableHostBuilder AddActivity<TOutput>(string name, Func<ActivityInvocation, Task<TOutput>> activity)
    {
        ArgumentNullException.ThrowIfNull(activity);
        return AddActivity(new ActivityRegistration(name, async run => await activity(run).ConfigureAwait(false)));
    }

    /// <summary>Adds an activity without a result: see <see cref="ActivityInvocation"/>.</summary>
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

    /// <summary>Adds a <see cref="TaskActivity{TInput, TOutput}"/>. Each execution has an object of its own, whose constructor gets the execution's services.</summary>
    /// <param name="name">Null means the name that <see cref="DurableTaskAttribute"/> gives, else the class's own.</param>
    /// <exception cref="ArgumentException">The name is taken, or the class asks for a version: one name has one activity.</exception>
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
