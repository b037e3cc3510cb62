using System.Reflection;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Reads types one by one, collecting functions and mistakes.</summary>
internal sealed class FunctionDiscovery
{
    private const BindingFlags AnyMethod = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly List<LocalFunction> _functions = [];
    private readonly List<string> _mistakes = [];

    public void Read(Type type)
    {
        foreach (var method in type.GetMethods(AnyMethod))
        {
            if (method.GetCustomAttribute<FunctionAttribute>(inherit: false) is { } attribute)
            {
                var reader = new FunctionReader(attribute.Name, method, _mistakes);
                if (reader.Read() is { } function)
                {
                    _functions.Add(function);
                }
            }
        }
    }

    /// <exception cref="FunctionDiscoveryException">There were mistakes.</exception>
    public IReadOnlyList<LocalFunction> Finish()
    {
        ReportClashes(_functions, function => function.Name, name => $"the function name '{name}'");
        ReportClashes(_functions.OfType<OrchestratorFunction>(), function => function.Orchestration, name => $"the orchestration name '{name}'");
        ReportClashes(_functions.OfType<ActivityFunction>(), function => function.Activity, name => $"the activity name '{name}'");
        ReportClashes(_functions.OfType<HttpFunction>().SelectMany(RouteShape.Of), route => route.Text, text => $"the route '{text}'", route => route.Function);
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

/// <summary>The functions cannot be run as they are written. The message lists all mistakes, each with its class, method and parameter.</summary>
public sealed class FunctionDiscoveryException : Exception
{
    public FunctionDiscoveryException()
    {
    }

    public FunctionDiscoveryException(string message)
        : base(message)
    {
    }

    public FunctionDiscoveryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal FunctionDiscoveryException(IReadOnlyList<string> mistakes)
        : base($"{mistakes.Count} {(mistakes.Count == 1 ? "mistake" : "mistakes")} in the functions:{Environment.NewLine}"
            + string.Join(Environment.NewLine, mistakes.Select(mistake => "  " + mistake))) => Mistakes = mistakes;

    /// <summary>One sentence each; empty when the exception was made from a message alone.</summary>
    public IReadOnlyList<string> Mistakes { get; } = [];
}
