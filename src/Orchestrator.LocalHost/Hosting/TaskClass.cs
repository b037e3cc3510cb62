using System.Reflection;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Hosting;

/// <summary>Orchestrators and activities that are classes.</summary>
internal static class TaskClass
{
    /// <exception cref="ArgumentException">The class asks for a version.</exception>
    public static string NameOf(Type type, string? given)
    {
        var declared = type.GetCustomAttribute<DurableTaskAttribute>();
        return string.IsNullOrEmpty(declared?.Version)
            ? given ?? declared?.Name.Name ?? type.Name
            : throw new ArgumentException(
                $"{type} is for version '{declared.Version}' only, but one name has one class here, as in a Functions app. Ask the context for its Version instead.",
                nameof(type));
    }

    public static T Create<T>(IServiceProvider services)
        where T : class => ActivatorUtilities.GetServiceOrCreateInstance<T>(services);
}
