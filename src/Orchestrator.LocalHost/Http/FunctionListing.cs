using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Http;

/// <summary>What a developer sees at start: every function, with its URL or its trigger, as <c>func start</c> shows them.</summary>
public static class FunctionListing
{
    /// <summary>HTTP functions come first, then the others; each group in the order of its names.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="address">Where the host listens.</param>
    /// <param name="routePrefix">What comes before every route; empty for nothing.</param>
    public static IReadOnlyList<string> Lines(FunctionCatalog functions, Uri address, string routePrefix)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(address);
        var root = address.GetLeftPart(UriPartial.Authority);
        var http = functions.Http.Select(function => $"{function.Name}:{Methods(function)} {root}{FunctionEndpoints.PathOf(function, routePrefix)}");
        var others = functions.All.Where(function => function is not HttpFunction).Select(function => $"{function.Name}: {function.TriggerType}");
        return ["", "Functions:", .. http.Concat(others).SelectMany(line => new[] { "", "\t" + line }), ""];
    }

    private static string Methods(HttpFunction function) => function.Methods.Count == 0 ? string.Empty : $" [{string.Join(',', function.Methods)}]";
}
