using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Http;

/// <summary>Maps HTTP functions onto ASP.NET Core's routing.</summary>
public static class FunctionEndpoints
{
    /// <summary>Maps every HTTP function of the catalog.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="functions">The functions.</param>
    /// <param name="services">The app's container, with <see cref="HttpServices.AddLocalHttp"/>; each request gets a scope of it.</param>
    /// <param name="client">What parameters marked <c>[DurableClient]</c> get.</param>
    /// <param name="routePrefix">What comes before every route; empty for nothing.</param>
    /// <param name="access">Who may call.</param>
    /// <param name="stopping">Fires when the host stops; the functions' tokens fire then too.</param>
    public static void MapFunctions(
        this IEndpointRouteBuilder endpoints,
        FunctionCatalog functions,
        IServiceProvider services,
        DurableTaskClient client,
        string routePrefix,
        AccessPolicy access,
        CancellationToken stopping = default)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(routePrefix);
        ArgumentNullException.ThrowIfNull(access);
        foreach (var function in functions.Http)
        {
            var handler = new HttpFunctionHandler(function, services, client, access, stopping);
            var endpoint = endpoints.Map(Pattern(function, routePrefix), handler.HandleAsync).WithDisplayName(function.Name);
            if (function.Methods.Count > 0)
            {
                endpoint.WithMetadata(new HttpMethodMetadata(function.Methods));
            }
        }
    }

    /// <summary>The path of a function, from the root, as it is written in its route: <c>/api/things/{id:int?}</c>.</summary>
    public static string PathOf(HttpFunction function, string routePrefix)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(routePrefix);
        return routePrefix.Length == 0 ? "/" + function.Route.RawText : $"/{routePrefix}/{function.Route.RawText}";
    }

    private static RoutePattern Pattern(HttpFunction function, string routePrefix) => RoutePatternFactory.Parse(PathOf(function, routePrefix));
}

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
