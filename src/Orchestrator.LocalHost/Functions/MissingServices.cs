using System.Reflection;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

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
