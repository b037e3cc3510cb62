using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using WorkerRetryContext = Microsoft.Azure.Functions.Worker.RetryContext;

namespace Orchestrator.LocalHost.Functions;

/// <summary>One invocation: what function code sees of it, and what its parameters are filled from. Owns the function's object.</summary>
internal sealed class LocalFunctionContext : FunctionContext, IAsyncDisposable
{
    /// <summary>Where the worker's ASP.NET Core integration looks for the request.</summary>
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
    public LocalFunctionContext(LocalFunction function, object? trigger, IServiceProvider services, CancellationToken cancellation)
    {
        _function = function;
        Trigger = trigger;
        InstanceServices = services;
        CancellationToken = cancellation;
        if (trigger is HttpContext http && function is HttpFunction)
        {
            Items[HttpContextKey] = http;
        }
    }

    /// <summary>The orchestration that this belongs to; null for HTTP.</summary>
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

    /// <summary>What a parameter marked <c>[DurableClient]</c> gets; unless given, the one in the container.</summary>
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

    /// <summary>Whether a call is tried again is the orchestrator's business here, never the host's.</summary>
    private sealed class NoRetries : WorkerRetryContext
    {
        public static readonly NoRetries Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
