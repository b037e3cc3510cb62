using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Reads types and collects their functions and all mistakes.</summary>
internal sealed class FunctionDiscovery
{
    private const BindingFlags AnyMethod =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly List<LocalFunction> _functions = [];
    private readonly List<string> _mistakes = [];
    private readonly Dictionary<Type, ObjectFactory> _targets = [];

    public void Read(Type type)
    {
        foreach (var method in type.GetMethods(AnyMethod))
        {
            if (method.GetCustomAttribute<FunctionAttribute>(inherit: false) is { } attribute)
            {
                var reader = new FunctionReader(attribute.Name, method, _mistakes, _targets);
                if (reader.Read() is { } function)
                {
                    _functions.Add(function);
                }
            }
        }
    }

    /// <exception cref="FunctionDiscoveryException">Some functions are invalid; the message lists all mistakes.</exception>
    public IReadOnlyList<LocalFunction> Finish()
    {
        ReportClashes(_functions, function => function.Name, name => $"the function name '{name}'");
        ReportClashes(_functions.OfType<OrchestratorFunction>(), function => function.Orchestration, name => $"the orchestration name '{name}'");
        ReportClashes(_functions.OfType<ActivityFunction>(), function => function.Activity, name => $"the activity name '{name}'");
        var routes = _functions.OfType<HttpFunction>().SelectMany(RouteShape.Of);
        ReportClashes(routes, route => route.Text, text => $"the route '{text}'", route => route.Function);
        return _mistakes.Count > 0
            ? throw new FunctionDiscoveryException([.. _mistakes.Distinct()])
            : [.. _functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private void ReportClashes<TFunction>(IEnumerable<TFunction> functions, Func<TFunction, string> key, Func<string, string> describe)
        where TFunction : LocalFunction =>
        ReportClashes(functions, key, describe, function => function);

    private void ReportClashes<T>(IEnumerable<T> items, Func<T, string> key, Func<string, string> describe, Func<T, LocalFunction> function)
    {
        foreach (var clash in items.GroupBy(key, StringComparer.OrdinalIgnoreCase))
        {
            string[] places = [.. clash.Select(item => function(item).Definition.EntryPoint)];
            if (places.Length > 1)
            {
                _mistakes.Add($"{string.Join(" and ", places)}: {describe(clash.Key)} is used {places.Length} times; it must be unique.");
            }
        }
    }
}

/// <summary>A route for one HTTP method, without parameter names: two routes of the same shape match the same requests.</summary>
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

/// <summary>
/// Functions are invalid, or their services are missing. The message lists all mistakes, each with its class, method and parameter.
/// </summary>
public sealed class FunctionDiscoveryException : Exception
{
    /// <summary>Creates the exception with a default message.</summary>
    public FunctionDiscoveryException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public FunctionDiscoveryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public FunctionDiscoveryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal FunctionDiscoveryException(IReadOnlyList<string> mistakes)
        : base($"{mistakes.Count} {(mistakes.Count == 1 ? "mistake" : "mistakes")} in the functions:{Environment.NewLine}"
            + string.Join(Environment.NewLine, mistakes.Select(mistake => "  " + mistake))) => Mistakes = mistakes;

    /// <summary>The mistakes, one sentence each; empty when the exception was created from a message.</summary>
    public IReadOnlyList<string> Mistakes { get; } = [];
}
