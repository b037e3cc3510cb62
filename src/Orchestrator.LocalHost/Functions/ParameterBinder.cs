using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Creates the expressions that bind the parameters of one function.</summary>
internal sealed class ParameterBinder(TriggerBindingAttribute trigger)
{
    private const string InstanceIdParameter = "instanceId";

    private static readonly HashSet<Type> HttpValueTypes = [typeof(int), typeof(long), typeof(bool), typeof(double), typeof(Guid)];

    private readonly List<(string Parameter, string Type)> _bindings = [];
    private string? _orchestrationInput;

    public ParameterExpression Context { get; } = Expression.Parameter(typeof(LocalFunctionContext), "context");

    /// <summary>The bindings by attribute, in the order of the parameters.</summary>
    public IReadOnlyList<(string Parameter, string Type)> Bindings => _bindings;

    public bool UsesClient { get; private set; }

    /// <summary>The expression for a parameter; null when it cannot be bound, with the reason.</summary>
    public Expression? Bind(ParameterInfo parameter, out string? mistake)
    {
        mistake = null;
        var type = parameter.ParameterType;
        if (type.IsByRef || type.IsByRefLike || type.IsPointer)
        {
            mistake = "'ref', 'in', 'out' and stack-only types cannot be bound.";
            return null;
        }

        if (parameter.IsDefined(typeof(TriggerBindingAttribute)))
        {
            return BindTrigger(parameter);
        }

        if (parameter.GetCustomAttribute<BindingAttribute>() is { } binding)
        {
            return BindAttribute(parameter, binding, out mistake);
        }

        if (type == typeof(FunctionContext))
        {
            return Context;
        }

        if (type == typeof(CancellationToken))
        {
            return Expression.Property(Context, nameof(LocalFunctionContext.CancellationToken));
        }

        Expression? value = trigger switch
        {
            OrchestrationTriggerAttribute => BindOrchestrationInput(parameter, out mistake),
            HttpTriggerAttribute => BindHttpValue(parameter),
            ActivityTriggerAttribute when type == typeof(string) && parameter.Name!.Equals(InstanceIdParameter, StringComparison.OrdinalIgnoreCase) =>
                Expression.Property(Context, nameof(LocalFunctionContext.InstanceId)),
            _ => null,
        };
        if (value is null)
        {
            mistake ??= $"{TypeNames.Of(type)} cannot be bound; {DescribeBindable()}.";
        }

        return value;
    }

    private Expression BindTrigger(ParameterInfo parameter)
    {
        var type = trigger switch
        {
            OrchestrationTriggerAttribute => TriggerTypes.Orchestration,
            ActivityTriggerAttribute => TriggerTypes.Activity,
            _ => TriggerTypes.Http,
        };
        _bindings.Add((parameter.Name!, type));
        return type == TriggerTypes.Http
            ? Expression.Property(Expression.Property(Context, nameof(LocalFunctionContext.Http)), nameof(HttpContext.Request))
            : Expression.Call(Context, nameof(LocalFunctionContext.TriggerAs), [parameter.ParameterType]);
    }

    private MemberExpression? BindAttribute(ParameterInfo parameter, BindingAttribute binding, out string? mistake)
    {
        mistake = binding switch
        {
            DurableClientAttribute when parameter.ParameterType != typeof(DurableTaskClient) =>
                $"[DurableClient] belongs to a {nameof(DurableTaskClient)}, not to {TypeNames.Of(parameter.ParameterType)}.",
            DurableClientAttribute when trigger is OrchestrationTriggerAttribute =>
                "an orchestrator must not use a client, since a replay would repeat its calls; use the orchestration's context, or an activity.",
            DurableClientAttribute => null,
            _ => $"the binding {TypeNames.Of(binding.GetType())} is not supported by the local host.",
        };
        if (mistake is not null)
        {
            return null;
        }

        UsesClient = true;
        _bindings.Add((parameter.Name!, TriggerTypes.DurableClient));
        return Expression.Property(Context, nameof(LocalFunctionContext.Client));
    }

    private MethodCallExpression? BindOrchestrationInput(ParameterInfo parameter, out string? mistake)
    {
        mistake = _orchestrationInput is null ? null : $"only one parameter can get the orchestration's input, and '{_orchestrationInput}' has it.";
        if (mistake is not null)
        {
            return null;
        }

        _orchestrationInput = parameter.Name;
        return Expression.Call(Context, nameof(LocalFunctionContext.OrchestrationInput), [parameter.ParameterType]);
    }

    private MethodCallExpression? BindHttpValue(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var name = Expression.Constant(parameter.Name);
        var missing = parameter.HasDefaultValue ? DefaultOf(parameter) : null;
        if (type == typeof(string))
        {
            return missing is null ? Read(nameof(HttpValue.Text), null, name) : Read(nameof(HttpValue.TextOr), null, name, missing);
        }

        var underlying = Nullable.GetUnderlyingType(type);
        if (!HttpValueTypes.Contains(underlying ?? type))
        {
            return null;
        }

        return (underlying, missing) switch
        {
            (null, null) => Read(nameof(HttpValue.Required), type, name),
            (null, _) => Read(nameof(HttpValue.Or), type, name, missing),
            (_, null) => Read(nameof(HttpValue.Optional), underlying, name),
            _ => Read(nameof(HttpValue.OptionalOr), underlying, name, missing),
        };
    }

    /// <summary>The default value of a parameter. Metadata has null for the default value of a value type.</summary>
    private static ConstantExpression DefaultOf(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var value = parameter.DefaultValue;
        return value is null && type.IsValueType && Nullable.GetUnderlyingType(type) is null
            ? Expression.Constant(Activator.CreateInstance(type), type)
            : Expression.Constant(value, type);
    }

    private MethodCallExpression Read(string method, Type? type, params Expression[] arguments) =>
        Expression.Call(typeof(HttpValue), method, type is null ? null : [type], [Context, .. arguments]);

    private string DescribeBindable() => trigger switch
    {
        HttpTriggerAttribute => "beside the trigger an HTTP function takes [DurableClient], FunctionContext, CancellationToken, and values "
            + "of the route or the query by name (string, int, long, bool, double, Guid, nullable or not)",
        _ => "beside its input an activity takes 'string instanceId', [DurableClient], FunctionContext and CancellationToken",
    };
}

/// <summary>Reads a value of a request by name: from the route, or else from the query.</summary>
internal static class HttpValue
{
    /// <summary>The text; null when the request has none.</summary>
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

    /// <exception cref="BadHttpRequestException">The value is missing or invalid: the status is 400.</exception>
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
