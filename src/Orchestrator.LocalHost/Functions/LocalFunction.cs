using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>A method marked <c>[Function]</c>, ready to be called: how its parameters are filled was compiled once. Immutable and thread safe.</summary>
public abstract class LocalFunction
{
    private readonly ObjectFactory? _createTarget;
    private readonly FunctionBody _body;

    private protected LocalFunction(FunctionSource source)
    {
        Definition = source.Definition;
        TargetType = source.Method.IsStatic ? null : source.Method.DeclaringType;
        UsesClient = source.UsesClient;
        _createTarget = source.CreateTarget;
        _body = source.Body;
    }

    /// <summary>The name in <c>[Function]</c>. Names that differ only in case are the same name.</summary>
    public string Name => Definition.Name;

    /// <summary>What function code sees of itself through its <see cref="FunctionContext"/>.</summary>
    public FunctionDefinition Definition { get; }

    /// <summary>The kind of trigger as Azure Functions spells it: <c>orchestrationTrigger</c>, <c>activityTrigger</c> or <c>httpTrigger</c>.</summary>
    public abstract string TriggerType { get; }

    /// <summary>The class that is created for each invocation; null for a static method.</summary>
    internal Type? TargetType { get; }

    /// <summary>Whether a parameter is marked <c>[DurableClient]</c>.</summary>
    internal bool UsesClient { get; }

    /// <summary>False when no invocation asks for a service: it needs no scope then.</summary>
    internal bool UsesServices => TargetType is not null || UsesClient || Definition.Parameters.Any(parameter => parameter.Type == typeof(FunctionContext));

    /// <summary>The function's object for one invocation; null for a static method.</summary>
    internal object? CreateTarget(IServiceProvider services) => _createTarget?.Invoke(services, null);

    internal ValueTask<object?> CallAsync(object? target, LocalFunctionContext context) => _body(target, context);
}

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

/// <summary>A function with an <c>[ActivityTrigger]</c>.</summary>
public sealed class ActivityFunction : LocalFunction
{
    internal ActivityFunction(FunctionSource source, string activity)
        : base(source)
    {
        Activity = activity;
        InputType = source.Trigger.ParameterType;
    }

    /// <summary>The name that orchestrators call: the trigger's own, else the function's.</summary>
    public string Activity { get; }

    /// <summary>The type of the parameter that gets the input.</summary>
    public Type InputType { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Activity;

    /// <summary>Runs the activity.</summary>
    /// <param name="input">An <see cref="InputType"/>; null gives the parameter's default value.</param>
    /// <param name="instanceId">The orchestration that called; a string parameter of this name gets it.</param>
    /// <param name="services">The invocation's scope: where the function's class gets its services from.</param>
    /// <param name="cancellation">Given to the function; fires when the host stops.</param>
    /// <returns>The function's result; null for none. Its exceptions pass unchanged.</returns>
    public async Task<object?> RunAsync(object? input, string instanceId, IServiceProvider services, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        await using var invocation = new LocalFunctionContext(this, input, services, cancellation) { InstanceId = instanceId };
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

    /// <summary>The path under the route prefix: the trigger's own, else the function's name. It never begins with a slash.</summary>
    public RoutePattern Route { get; }

    /// <summary>In upper case; empty allows every method.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Who may call it.</summary>
    public AuthorizationLevel Level { get; }

    /// <inheritdoc/>
    public override string TriggerType => TriggerTypes.Http;
}

/// <summary>What discovery found out about one method.</summary>
/// <param name="CreateTarget">Null for a static method.</param>
internal sealed record FunctionSource(
    MethodInfo Method, ParameterInfo Trigger, LocalFunctionDefinition Definition, bool UsesClient, ObjectFactory? CreateTarget, FunctionBody Body);
