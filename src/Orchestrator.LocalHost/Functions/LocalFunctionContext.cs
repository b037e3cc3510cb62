using System.Collections;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using WorkerRetryContext = Microsoft.Azure.Functions.Worker.RetryContext;

namespace Orchestrator.LocalHost.Functions;

/// <summary>
/// One invocation: its <see cref="FunctionContext"/>, and the source of its parameters. Owns the function's object. Not thread-safe.
/// </summary>
internal sealed class LocalFunctionContext : FunctionContext, IAsyncDisposable
{
    /// <summary>The key by which the worker's ASP.NET Core integration finds the request.</summary>
    private const string HttpContextKey = "HttpRequestContext";

    private readonly LocalFunction _function;
    private IDictionary<object, object>? _items;
    private InvocationFeatures? _features;
    private LocalBindingContext? _bindingContext;
    private LocalTraceContext? _traceContext;
    private string? _invocationId;
    private object? _target;

    /// <param name="trigger">The orchestration's context, the activity's input or the <see cref="HttpContext"/>.</param>
    /// <param name="services">The scope of this invocation; the caller that made it disposes it.</param>
    public LocalFunctionContext(LocalFunction function, object? trigger, IServiceProvider services, CancellationToken cancellationToken)
    {
        _function = function;
        Trigger = trigger;
        InstanceServices = services;
        CancellationToken = cancellationToken;
        if (trigger is HttpContext http && function is HttpFunction)
        {
            Items[HttpContextKey] = http;
        }
    }

    /// <summary>The id of the orchestration; null for HTTP.</summary>
    public string? InstanceId { get; init; }

    public object? Trigger { get; }

    public HttpContext Http => (HttpContext)Trigger!;

    public override string InvocationId => _invocationId ??= Guid.NewGuid().ToString("N");

    public override string FunctionId => _function.Definition.Id;

    public override FunctionDefinition FunctionDefinition => _function.Definition;

    public override IServiceProvider InstanceServices { get; set; }

    public override CancellationToken CancellationToken { get; }

    public override TraceContext TraceContext => _traceContext ??= LocalTraceContext.OfCurrentActivity();

    public override BindingContext BindingContext => _bindingContext ??= new LocalBindingContext(this);

    public override WorkerRetryContext RetryContext => NoRetries.Instance;

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures();

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    /// <summary>The value of a parameter marked <c>[DurableClient]</c>; by default the client in the container.</summary>
    public DurableTaskClient Client
    {
        get => field ?? InstanceServices.GetRequiredService<DurableTaskClient>();
        init;
    }

    public T? TriggerAs<T>() => Trigger is null ? default : (T)Trigger;

    public T? OrchestrationInput<T>() => ((TaskOrchestrationContext)Trigger!).GetInput<T>();

    /// <summary>Creates the function's object and calls its method. Called once.</summary>
    public ValueTask<object?> InvokeAsync()
    {
        _target = _function.CreateTarget(InstanceServices);
        return _function.CallAsync(_target, this);
    }

    public async ValueTask DisposeAsync()
    {
        switch (_target)
        {
            case IAsyncDisposable target:
                await target.DisposeAsync();
                break;
            case IDisposable target:
                target.Dispose();
                break;
        }
    }

    /// <summary>The local host does not retry functions: orchestrators do.</summary>
    private sealed class NoRetries : WorkerRetryContext
    {
        public static readonly NoRetries Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}

/// <summary>The binding data by name: route and query values of a request, or the instance id of an activity.</summary>
internal sealed class LocalBindingContext(LocalFunctionContext invocation) : BindingContext
{
    private Dictionary<string, object?>? _data;

    public override IReadOnlyDictionary<string, object?> BindingData => _data ??= Read();

    private Dictionary<string, object?> Read()
    {
        var data = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (invocation.FunctionDefinition is LocalFunctionDefinition { IsHttp: true })
        {
            foreach (var (name, values) in invocation.Http.Request.Query)
            {
                data[name] = values.ToString();
            }

            foreach (var (name, value) in invocation.Http.Request.RouteValues)
            {
                data[name] = value;
            }
        }
        else
        {
            data["instanceId"] = invocation.InstanceId;
        }

        return data;
    }
}

/// <summary>The features of an invocation by type. Not thread-safe.</summary>
internal sealed class InvocationFeatures : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance)
    {
        if (instance is null)
        {
            _features.Remove(typeof(T));
        }
        else
        {
            _features[typeof(T)] = instance;
        }
    }

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The W3C trace context of the invocation; empty strings without an activity.</summary>
internal sealed class LocalTraceContext(string traceParent, string traceState) : TraceContext
{
    public override string TraceParent { get; } = traceParent;

    public override string TraceState { get; } = traceState;

    public static LocalTraceContext OfCurrentActivity() =>
        new(Activity.Current?.Id ?? string.Empty, Activity.Current?.TraceStateString ?? string.Empty);
}
