using System.Collections.Frozen;
using System.Reflection;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>All functions of an app. Immutable and thread safe.</summary>
public sealed class FunctionCatalog
{
    private FunctionCatalog(IReadOnlyList<LocalFunction> functions)
    {
        All = functions;
        Orchestrators = functions.OfType<OrchestratorFunction>().ToFrozenDictionary(function => function.Orchestration, StringComparer.OrdinalIgnoreCase);
        Activities = functions.OfType<ActivityFunction>().ToFrozenDictionary(function => function.Activity, StringComparer.OrdinalIgnoreCase);
        Http = [.. functions.OfType<HttpFunction>()];
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<LocalFunction> All { get; }

    /// <summary>By the name that instances are started under, in any case.</summary>
    public IReadOnlyDictionary<string, OrchestratorFunction> Orchestrators { get; }

    /// <summary>By the name that orchestrators call, in any case.</summary>
    public IReadOnlyDictionary<string, ActivityFunction> Activities { get; }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<HttpFunction> Http { get; }

    /// <summary>Finds every method marked <c>[Function]</c> in the assemblies.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions cannot be run; it lists all mistakes.</exception>
    public static FunctionCatalog Discover(params IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        return Discover(assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()));
    }

    /// <summary>Finds every method marked <c>[Function]</c> in the types themselves, not in their base types.</summary>
    /// <exception cref="FunctionDiscoveryException">Some functions cannot be run; it lists all mistakes.</exception>
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

    /// <summary>Checks that every function's class can be created, so that a forgotten registration shows at start and not at the first call.</summary>
    /// <param name="services">The container that the functions will get their services from.</param>
    /// <exception cref="FunctionDiscoveryException">Services are missing; it lists all of them.</exception>
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

/// <summary>What a function needs from the container and does not find there.</summary>
internal static class MissingServices
{
    public static IEnumerable<string> Of(LocalFunction function, IServiceProviderIsService known)
    {
        if (function is ActivityFunction { UsesClient: true } && !known.IsService(typeof(DurableTaskClient)))
        {
            yield return $"{function.Definition.EntryPoint}: it binds a [DurableClient], but no {nameof(DurableTaskClient)} is registered; "
                + "register the local host's client.";
        }

        // With several constructors the container chooses by what it finds: nothing can be said before.
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
