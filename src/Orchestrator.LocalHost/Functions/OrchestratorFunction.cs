using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>A function with an <c>[OrchestrationTrigger]</c>.</summary>
public sealed class OrchestratorFunction : LocalFunction
{
    internal OrchestratorFunction(FunctionSource source, string orchestration)
        : base(source) => Orchestration = orchestration;

    /// <summary>The name that instances are started under: the trigger's own, else the function's.</summary>
    public string Orchestration { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Orchestration;

    /// <summary>Runs the orchestrator's code, in a service scope of its own, on the caller's synchronization context.</summary>
    /// <param name="context">What the code orchestrates with; a parameter without a binding gets its input.</param>
    /// <param name="services">Where the scope is made, if the function needs services at all.</param>
    /// <returns>
    /// The code's own task: it ends as soon as the code does, without another thread; the scope is disposed after that. An exception of the code,
    /// or one while its class was created, is the task's.
    /// </returns>
    public Task<object?> RunAsync(TaskOrchestrationContext context, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(services);
        AsyncServiceScope? scope = UsesServices ? services.CreateAsyncScope() : null;
        var invocation = new LocalFunctionContext(this, context, scope?.ServiceProvider ?? services, CancellationToken.None) { InstanceId = context.InstanceId };
        Task<object?> code;
        try
        {
            code = invocation.InvokeAsync().AsTask();
        }
        catch (Exception problem)
        {
            code = Task.FromException<object?>(problem);
        }

        _ = ReleaseAfterAsync(code, invocation, scope);
        return code;
    }

    private static async Task ReleaseAfterAsync(Task code, LocalFunctionContext invocation, AsyncServiceScope? scope)
    {
        await code.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await invocation.DisposeAsync().ConfigureAwait(false);
        if (scope is { } own)
        {
            await own.DisposeAsync().ConfigureAwait(false);
        }
    }
}
