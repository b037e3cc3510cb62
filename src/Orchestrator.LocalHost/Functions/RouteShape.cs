using Microsoft.AspNetCore.Routing.Patterns;

namespace Orchestrator.LocalHost.Functions;

/// <summary>A route as matching sees it, for one method: parameters have no names. Two equal ones could not be told apart by any request.</summary>
internal sealed record RouteShape(string Text, HttpFunction Function)
{
    private const string AnyMethod = "any method";

    public static IEnumerable<RouteShape> Of(HttpFunction function)
    {
        var path = string.Join('/', function.Route.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Part))));
        return function.Methods.DefaultIfEmpty(AnyMethod).Select(method => new RouteShape($"{method} /{path}", function));
    }

    private static string Part(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => Parameter(parameter),
        _ => string.Empty,
    };

    private static string Parameter(RoutePatternParameterPart parameter)
    {
        var constraints = string.Concat(parameter.ParameterPolicies.Select(policy => ":" + policy.Content));
        return parameter.IsCatchAll ? $"{{*{constraints}}}" : $"{{{constraints}}}";
    }
}
