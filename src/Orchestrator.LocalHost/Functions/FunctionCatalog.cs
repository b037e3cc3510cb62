using System.Collections.Frozen;
using System.Reflection;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>The functions of an app. Immutable and thread-safe.</summary>
public sealed class FunctionCatalog
{
    private FunctionCatalog(IReadOnlyList<LocalFunction> functions)
    {
        All = functions;
        Orchestrators = functions.OfType<OrchestratorFunction>().ToFrozenDictionary(
            function => function.Orchestration, StringComparer.OrdinalIgnoreCase);
        Activities = functions.OfType<ActivityFunction>().ToFrozenDictionary(function => function.Activity, StringComparer.OrdinalIgnoreCase);
        Http = [.. functions.OfType<HttpFunction>()];
    }

    /// <summary>All functions, sorted by name.</summary>
    public IReadOnlyList<LocalFunction> All { get; }

    /// <summary>The orchestrators by the name that instances are started with, not case-sensitive.</summary>
    public IReadOnlyDictionary<string, OrchestratorFunction> Orchestrators { get; }

    /// <summary>The activities by the name that orchestrators call, not case-sensitive.</summary>
    public IReadOnlyDictionary<string, ActivityFunction> Activities { get; }

    /// <summary>The HTTP functions, sorted by name.</summary>
    public IReadOnlyList<HttpFunction> Http { get; }

    /// <summary>Finds the methods marked <c>[Function]</c> in the types of the assemblies.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions are invalid; the message lists all mistakes.</exception>
    public static FunctionCatalog Discover(params IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        return Discover(assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()));
    }

    /// <summary>Finds the methods marked <c>[Function]</c> that the types declare, without those of their base types.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions are invalid; the message lists all mistakes.</exception>
    public static FunctionCatalog Discover(params IEnumerable<Type> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        var discovery = new FunctionDiscovery();
        foreach (var type in types)
        {
            discovery.Read(type);
        }

        return new FunctionCatalog(discovery.Finish());
    }

    /// <summary>
    /// Checks that the services of every function's class are registered, so that a missing one is found at the start instead of at the first call. A
    /// container that cannot be asked is not checked.
    /// </summary>
    /// <param name="services">The container of the functions.</param>
    /// <exception cref="FunctionDiscoveryException">Services are missing; the message lists all of them.</exception>
    public void CheckServices(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.GetService<IServiceProviderIsService>() is not { } known)
        {
            return;
        }

        var mistakes = All.SelectMany(function => MissingServices.Of(function, known)).Distinct().ToList();
        if (mistakes.Count > 0)
        {
            throw new FunctionDiscoveryException(mistakes);
        }
    }
}

/// <summary>Finds the services that a function needs and that are not registered.</summary>
internal static class MissingServices
{
    public static IEnumerable<string> Of(LocalFunction function, IServiceProviderIsService known)
    {
        if (function is ActivityFunction { UsesClient: true } && !known.IsService(typeof(DurableTaskClient)))
        {
            yield return $"{function.Definition.EntryPoint}: it binds a [DurableClient], but no {nameof(DurableTaskClient)} is registered; "
                + "register the local host's client.";
        }

        // Of several constructors the container chooses one at run time, so they cannot be checked here.
        if (function.TargetType?.GetConstructors() is not [var constructor])
        {
            yield break;
        }

        foreach (var parameter in constructor.GetParameters())
        {
            if (!parameter.HasDefaultValue && !IsKnown(parameter, known))
            {
                yield return $"{TypeNames.Of(function.TargetType)}, constructor parameter '{parameter.Name}': no service of type "
                    + $"{TypeNames.Of(parameter.ParameterType)} is registered.";
            }
        }
    }

    private static bool IsKnown(ParameterInfo parameter, IServiceProviderIsService known) =>
        parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? known is not IServiceProviderIsKeyedService byKey || byKey.IsKeyedService(parameter.ParameterType, keyed.Key)
            : known.IsService(parameter.ParameterType);
}
