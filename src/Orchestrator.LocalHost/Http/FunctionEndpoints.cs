using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Http;

/// <summary>Maps HTTP functions to ASP.NET Core endpoints.</summary>
public static class FunctionEndpoints
{
    /// <summary>Maps every HTTP function of the catalog.</summary>
    /// <param name="endpoints">The route builder to add to.</param>
    /// <param name="functions">The catalog whose HTTP functions are mapped.</param>
    /// <param name="services">The app's container, with <see cref="HttpServices.AddLocalHttp"/>. Each request has a scope of it.</param>
    /// <param name="client">The value of parameters marked <c>[DurableClient]</c>.</param>
    /// <param name="routePrefix">The prefix of every route; empty for none.</param>
    /// <param name="access">Decides which requests are served.</param>
    /// <param name="stopping">Cancelled when the host stops; cancels the functions' tokens, too.</param>
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

    /// <summary>The absolute path of a function as its route declares it: <c>/api/things/{id:int?}</c>.</summary>
    public static string PathOf(HttpFunction function, string routePrefix)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(routePrefix);
        return routePrefix.Length == 0 ? "/" + function.Route.RawText : $"/{routePrefix}/{function.Route.RawText}";
    }

    private static RoutePattern Pattern(HttpFunction function, string routePrefix) => RoutePatternFactory.Parse(PathOf(function, routePrefix));
}

/// <summary>Registers the services that the results of HTTP functions need.</summary>
public static class HttpServices
{
    /// <summary>Adds logging, routing and the part of MVC that executes an <see cref="IActionResult"/>.</summary>
    public static IServiceCollection AddLocalHttp(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddRouting();
        services.AddMvcCore();
        return services;
    }

    /// <exception cref="InvalidOperationException">The services are not registered.</exception>
    internal static void Check(IServiceProvider services)
    {
        if (services.GetService<IActionResultExecutor<ObjectResult>>() is null)
        {
            throw new InvalidOperationException(
                $"The services of the HTTP functions are incomplete: call services.{nameof(AddLocalHttp)}() when the app's container is built.");
        }
    }
}
