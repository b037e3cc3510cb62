using Microsoft.Azure.Functions.Worker;
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
