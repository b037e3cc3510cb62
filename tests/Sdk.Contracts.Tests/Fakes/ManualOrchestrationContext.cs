using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sdk.Contracts.Tests.Fakes;

/// <summary>A context whose timer and event the test completes by hand; it notes the calls that reach the abstract members.</summary>
internal sealed class ManualOrchestrationContext : TaskOrchestrationContext
{
    private readonly TaskCompletionSource _timer = new();
    private TaskCompletionSource<object?> _event = new();

    public List<string> Calls { get; } = [];

    public CancellationToken TimerToken { get; private set; }

    public bool Replaying { get; set; }

    public Func<ManualOrchestrationContext, ILoggerFactory> Loggers { get; init; } = _ => NullLoggerFactory.Instance;

    public override TaskName Name => "Manual";

    public override string InstanceId => "instance";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime { get; } = new(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    public override bool IsReplaying => Replaying;

    protected override ILoggerFactory LoggerFactory => Loggers(this);

    public void FireTimer() => _timer.SetResult();

    public void RaiseEvent(object? value) => _event.SetResult(value);

    public override T? GetInput<T>()
        where T : default => default;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) =>
        Note<TResult>($"activity {name} {typeof(TResult).Name} {input ?? "null"} {options?.Tags?["tag"] ?? "null"}");

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        Note<TResult>($"sub {orchestratorName} {typeof(TResult).Name} {input ?? "null"} {options?.Tags?["tag"] ?? "null"}");

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        Calls.Add($"timer {fireAt:u}");
        TimerToken = cancellationToken;
        return _timer.Task.WaitAsync(cancellationToken);
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        _event = new TaskCompletionSource<object?>();
        await using CancellationTokenRegistration registration = cancellationToken.Register(() => _event.TrySetCanceled(cancellationToken));
        return (T)(await _event.Task)!;
    }

    public override void SendEvent(string instanceId, string eventName, object payload) => Calls.Add($"send {eventName}");

    public override void SetCustomStatus(object? customStatus) => Calls.Add($"status {customStatus}");

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        Calls.Add($"continue {newInput} {preserveUnprocessedEvents}");

    public override Guid NewGuid() => Guid.Empty;

    private Task<TResult> Note<TResult>(string call)
    {
        Calls.Add(call);
        return Task.FromResult<TResult>(default!);
    }
}
