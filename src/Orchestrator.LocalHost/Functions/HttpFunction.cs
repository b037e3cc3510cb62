using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Functions;

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
