using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>A method marked <c>[Function]</c>. Its call is compiled when it is called first. Immutable and thread-safe.</summary>
public abstract class LocalFunction
{
    private readonly ObjectFactory? _createTarget;
    private readonly Lazy<FunctionBody> _body;

    private protected LocalFunction(FunctionSource source)
    {
        Definition = source.Definition;
        TargetType = source.Method.IsStatic ? null : source.Method.DeclaringType;
        UsesClient = source.UsesClient;
        _createTarget = source.CreateTarget;
        _body = source.Body;
    }

    /// <summary>The name in <c>[Function]</c>, not case-sensitive.</summary>
    public string Name => Definition.Name;

    /// <summary>The definition that <see cref="FunctionContext.FunctionDefinition"/> returns.</summary>
    public FunctionDefinition Definition { get; }

    /// <summary>The trigger type of Azure Functions: <c>orchestrationTrigger</c>, <c>activityTrigger</c> or <c>httpTrigger</c>.</summary>
    public abstract string TriggerType { get; }

    /// <summary>The class that is created for each invocation; null for a static method.</summary>
    internal Type? TargetType { get; }

    /// <summary>Whether a parameter is marked <c>[DurableClient]</c>.</summary>
    internal bool UsesClient { get; }

    /// <summary>Whether an invocation needs a service scope.</summary>
    internal bool UsesServices =>
        TargetType is not null || UsesClient || Definition.Parameters.Any(parameter => parameter.Type == typeof(FunctionContext));

    /// <summary>The function's object for one invocation; null for a static method.</summary>
    internal object? CreateTarget(IServiceProvider services) => _createTarget?.Invoke(services, null);

    internal ValueTask<object?> CallAsync(object? target, LocalFunctionContext context) => _body.Value(target, context);
}

/// <summary>A function with an <c>[OrchestrationTrigger]</c>.</summary>
public sealed class OrchestratorFunction : LocalFunction
{
    internal OrchestratorFunction(FunctionSource source, string orchestration)
        : base(source) => Orchestration = orchestration;

    /// <summary>The name that instances are started with: the trigger's, or else the function's.</summary>
    public string Orchestration { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Orchestration;

    /// <summary>Runs the orchestrator's code in a new service scope, on the caller's synchronization context.</summary>
    /// <param name="context">The context of the orchestration. A parameter without a binding gets its input.</param>
    /// <param name="services">Creates the scope, if the function needs services.</param>
    /// <returns>
    /// The task of the code; the scope is disposed after it. Exceptions of the code, and of the creation of its class, fail the task.
    /// </returns>
    public Task<object?> RunAsync(TaskOrchestrationContext context, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(services);
        AsyncServiceScope? scope = UsesServices ? services.CreateAsyncScope() : null;
        var invocation = new LocalFunctionContext(this, context, scope?.ServiceProvider ?? services, CancellationToken.None)
        {
            InstanceId = context.InstanceId,
        };
        Task<object?> code;
        try
        {
            code = invocation.InvokeAsync().AsTask();
        }
        catch (Exception exception)
        {
            code = Task.FromException<object?>(exception);
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

/// <summary>A function with an <c>[ActivityTrigger]</c>.</summary>
public sealed class ActivityFunction : LocalFunction
{
    internal ActivityFunction(FunctionSource source, string activity)
        : base(source)
    {
        Activity = activity;
        InputType = source.Trigger.ParameterType;
    }

    /// <summary>The name that orchestrators call: the trigger's, or else the function's.</summary>
    public string Activity { get; }

    /// <summary>The type of the parameter that gets the input.</summary>
    public Type InputType { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Activity;

    /// <summary>Runs the activity.</summary>
    /// <param name="input">A value of <see cref="InputType"/>; null for the type's default value.</param>
    /// <param name="instanceId">The id of the calling orchestration, the value of a string parameter of this name.</param>
    /// <param name="services">The service scope of the invocation.</param>
    /// <param name="cancellationToken">Passed to the function.</param>
    /// <returns>The function's result; null for none. Exceptions of the function are thrown unchanged.</returns>
    public async Task<object?> RunAsync(object? input, string instanceId, IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        await using var invocation = new LocalFunctionContext(this, input, services, cancellationToken) { InstanceId = instanceId };
        return await invocation.InvokeAsync();
    }
}

/// <summary>A function with an <c>[HttpTrigger]</c>.</summary>
public sealed class HttpFunction : LocalFunction
{
    internal HttpFunction(FunctionSource source, HttpTriggerAttribute trigger, RoutePattern route)
        : base(source)
    {
        Route = route;
        Methods = [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant()).Distinct(StringComparer.Ordinal)];
        Level = trigger.AuthLevel;
    }

    /// <summary>The path below the route prefix, without a leading slash: the trigger's, or else the function's name.</summary>
    public RoutePattern Route { get; }

    /// <summary>The HTTP methods in upper case; empty allows every method.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The authorization level that a call requires.</summary>
    public AuthorizationLevel Level { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Http;
}

/// <summary>The parts of a function that discovery collects from one method.</summary>
/// <param name="CreateTarget">Null for a static method.</param>
internal sealed record FunctionSource(
    MethodInfo Method, ParameterInfo Trigger, LocalFunctionDefinition Definition, bool UsesClient, ObjectFactory? CreateTarget,
    Lazy<FunctionBody> Body);
