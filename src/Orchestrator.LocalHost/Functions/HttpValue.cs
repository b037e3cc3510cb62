using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Reads one value of a request by name: from the route, else from the query.</summary>
internal static class HttpValue
{
    /// <summary>Null when the request does not have it.</summary>
    public static string? Text(LocalFunctionContext invocation, string name)
    {
        var request = invocation.Http.Request;
        if (request.RouteValues.TryGetValue(name, out var routed) && routed is not null)
        {
            return Convert.ToString(routed, CultureInfo.InvariantCulture);
        }

        return request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values.ToString() : null;
    }

    public static string? TextOr(LocalFunctionContext invocation, string name, string? missing) => Text(invocation, name) ?? missing;

    public static T? Optional<T>(LocalFunctionContext invocation, string name)
        where T : struct, IParsable<T> =>
        Text(invocation, name) is { Length: > 0 } text ? Parse<T>(name, text) : null;

    public static T? OptionalOr<T>(LocalFunctionContext invocation, string name, T? missing)
        where T : struct, IParsable<T> =>
        Optional<T>(invocation, name) ?? missing;

    public static T Or<T>(LocalFunctionContext invocation, string name, T missing)
        where T : struct, IParsable<T> =>
        Optional<T>(invocation, name) ?? missing;

    /// <exception cref="BadHttpRequestException">The request does not have it, or something else in its place: 400.</exception>
    public static T Required<T>(LocalFunctionContext invocation, string name)
        where T : struct, IParsable<T> =>
        Optional<T>(invocation, name) ?? throw new BadHttpRequestException($"The request needs the parameter '{name}' ({Describe<T>()}).");

    private static T Parse<T>(string name, string text)
        where T : struct, IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadHttpRequestException($"The parameter '{name}' is '{text}'; it must be {Describe<T>()}.");

    private static string Describe<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Int32 or TypeCode.Int64 => $"a whole number from {RangeOf<T>()}",
        TypeCode.Double => "a number, with a point for its fraction",
        TypeCode.Boolean => "true or false",
        _ when typeof(T) == typeof(Guid) => "a GUID",
        _ => $"a {typeof(T).Name}",
    };

    private static string RangeOf<T>() => typeof(T) == typeof(int)
        ? string.Create(CultureInfo.InvariantCulture, $"{int.MinValue} to {int.MaxValue}")
        : string.Create(CultureInfo.InvariantCulture, $"{long.MinValue} to {long.MaxValue}");
}
