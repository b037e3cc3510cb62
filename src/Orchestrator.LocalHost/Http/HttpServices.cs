using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Http;

/// <summary>What the results of HTTP functions need from the app's container.</summary>
public static class HttpServices
{
    /// <summary>Adds logging, routing and the part of MVC that writes an <see cref="IActionResult"/>.</summary>
    public static IServiceCollection AddLocalHttp(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddRouting();
        services.AddMvcCore();
        return services;
    }

    /// <exception cref="InvalidOperationException">They are missing.</exception>
    internal static void Check(IServiceProvider services)
    {
        if (services.GetService<IActionResultExecutor<ObjectResult>>() is null)
        {
            throw new InvalidOperationException(
                $"The services of the HTTP functions are not complete: call services.{nameof(AddLocalHttp)}() where the app's container is built.");
        }
    }
}
