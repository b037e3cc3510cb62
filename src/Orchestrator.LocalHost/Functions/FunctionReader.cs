using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Creates the function of one method, or reports why it is invalid.</summary>
/// <param name="targets">Creates the objects of classes that were read before: functions of one class share it.</param>
internal sealed class FunctionReader(string name, MethodInfo method, List<string> mistakes, Dictionary<Type, ObjectFactory> targets)
{
    private static readonly IReadOnlyCollection<string> KnownConstraints = [.. new RouteOptions().ConstraintMap.Keys];

    private readonly int _mistakesBefore = mistakes.Count;

    private string Place => $"{TypeNames.Of(method.DeclaringType!)}.{method.Name}";

    /// <summary>The function; null when it is invalid, and for a timer trigger, which the local host does not run.</summary>
    public LocalFunction? Read()
    {
        CheckMethod();
        if (FindTrigger() is not { } trigger)
        {
            return null;
        }

        var attribute = trigger.GetCustomAttribute<TriggerBindingAttribute>()!;
        if (attribute is TimerTriggerAttribute)
        {
            return null;
        }

        CheckTrigger(trigger, attribute);
        var binder = new ParameterBinder(attribute);
        var arguments = method.GetParameters().Select(parameter => Bind(binder, parameter)).ToArray();
        var route = attribute is HttpTriggerAttribute http ? ParseRoute(http, trigger) : null;
        var createTarget = TargetFactory();
        if (mistakes.Count > _mistakesBefore)
        {
            return null;
        }

        var definition = new LocalFunctionDefinition(name, method, binder.Bindings);
        var body = new Lazy<FunctionBody>(() => FunctionCompiler.Compile(method, binder.Context, arguments!));
        var source = new FunctionSource(method, trigger, definition, binder.UsesClient, createTarget, body);
        return attribute switch
        {
            OrchestrationTriggerAttribute { Orchestration: var own } => new OrchestratorFunction(source, string.IsNullOrEmpty(own) ? name : own),
            ActivityTriggerAttribute { Activity: var own } => new ActivityFunction(source, string.IsNullOrEmpty(own) ? name : own),
            _ => new HttpFunction(source, (HttpTriggerAttribute)attribute, route!),
        };
    }

    private void CheckMethod()
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            Report("[Function] needs a name.");
        }

        if (!method.IsPublic || !method.DeclaringType!.IsVisible)
        {
            Report("a function and its class must be public.");
        }

        if (method.ContainsGenericParameters)
        {
            Report("a function and its class must not be generic.");
        }

        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            Report("'async void' cannot be awaited; return a Task.");
        }

        if (method.ReturnType.IsByRef || method.ReturnType.IsByRefLike)
        {
            Report($"{TypeNames.Of(method.ReturnType)} cannot be returned by a function.");
        }

        foreach (var binding in method.GetCustomAttributes<BindingAttribute>())
        {
            Report($"[{AttributeName(binding)}] is not supported by the local host.");
        }
    }

    private ParameterInfo? FindTrigger()
    {
        ParameterInfo[] triggers = [.. method.GetParameters().Where(parameter => parameter.IsDefined(typeof(TriggerBindingAttribute)))];
        switch (triggers)
        {
            case [var trigger]:
                return trigger;
            case []:
                Report("it has no trigger; mark one parameter with [OrchestrationTrigger], [ActivityTrigger] or [HttpTrigger].");
                return null;
            default:
                var names = string.Join(", ", triggers.Select(trigger => $"'{trigger.Name}'"));
                Report($"it has {triggers.Length} triggers ({names}); a function has exactly one.");
                return null;
        }
    }

    private void CheckTrigger(ParameterInfo trigger, TriggerBindingAttribute attribute)
    {
        switch (attribute)
        {
            case OrchestrationTriggerAttribute when trigger.ParameterType != typeof(TaskOrchestrationContext):
                Report(
                    trigger,
                    $"[OrchestrationTrigger] belongs to a {nameof(TaskOrchestrationContext)}, not to {TypeNames.Of(trigger.ParameterType)}.");
                break;
            case HttpTriggerAttribute when trigger.ParameterType != typeof(HttpRequest):
                Report(trigger, $"[HttpTrigger] belongs to ASP.NET Core's {nameof(HttpRequest)}, not to {TypeNames.Of(trigger.ParameterType)}.");
                break;
            case OrchestrationTriggerAttribute or ActivityTriggerAttribute or HttpTriggerAttribute:
                break;
            default:
                Report(
                    trigger,
                    $"[{AttributeName(attribute)}] is not supported by the local host; it runs orchestrations, activities and HTTP functions.");
                break;
        }
    }

    private Expression? Bind(ParameterBinder binder, ParameterInfo parameter)
    {
        var value = binder.Bind(parameter, out var mistake);
        if (value is null)
        {
            Report(parameter, mistake!);
        }

        return value;
    }

    private RoutePattern? ParseRoute(HttpTriggerAttribute trigger, ParameterInfo parameter)
    {
        var template = string.IsNullOrEmpty(trigger.Route) ? name : trigger.Route.TrimStart('/');
        try
        {
            var pattern = RoutePatternFactory.Parse(template);
            var policies = pattern.ParameterPolicies.Values.SelectMany(policy => policy).Select(policy => policy.Content!.Split('(')[0]);
            foreach (var unknown in policies.Where(policy => !KnownConstraints.Contains(policy, StringComparer.OrdinalIgnoreCase)))
            {
                var known = string.Join(", ", KnownConstraints.Order(StringComparer.Ordinal));
                Report(parameter, $"the route '{template}' has the unknown constraint '{unknown}'; known are {known}.");
            }

            return pattern;
        }
        catch (RoutePatternException exception)
        {
            Report(parameter, $"the route '{template}' is wrong: {exception.Message}");
            return null;
        }
    }

    private ObjectFactory? TargetFactory()
    {
        var type = method.DeclaringType!;
        if (method.IsStatic)
        {
            return null;
        }

        if (targets.TryGetValue(type, out var known))
        {
            return known;
        }

        try
        {
            return targets[type] = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            Report($"{TypeNames.Of(type)} cannot be created: {exception.Message}");
            return null;
        }
    }

    private static string AttributeName(Attribute attribute)
    {
        const string suffix = nameof(Attribute);
        var type = attribute.GetType().Name;
        return type.EndsWith(suffix, StringComparison.Ordinal) ? type[..^suffix.Length] : type;
    }

    private void Report(string what) => mistakes.Add($"{Place}: {what}");

    private void Report(ParameterInfo parameter, string what) => mistakes.Add($"{Place}, parameter '{parameter.Name}': {what}");
}

/// <summary>Names of types in C# syntax.</summary>
internal static class TypeNames
{
    public static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Of(type.GetElementType()!) + "[]";
        }

        var name = type.IsNested && !type.IsGenericParameter ? $"{Of(type.DeclaringType!)}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : name;
    }
}
