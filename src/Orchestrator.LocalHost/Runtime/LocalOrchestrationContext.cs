using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The context of orchestrator code. It validates arguments as the SDK does and delegates to the <see cref="Execution"/>.</summary>
internal sealed class LocalOrchestrationContext(Execution execution, OrchestrationInstance owner) : TaskOrchestrationContext
{
    private int _guids;

    public override TaskName Name => new(execution.Started.Name);

    public override string InstanceId => owner.InstanceId;

    public override ParentOrchestrationInstance? Parent =>
        execution.Started.Parent is { } parent ? new ParentOrchestrationInstance(new TaskName(parent.Name), parent.InstanceId) : null;

    public override DateTime CurrentUtcDateTime => execution.Now;

    public override bool IsReplaying => execution.IsReplaying;

    public override string Version => execution.Started.Version;

    /// <summary>The message for durable entities, which neither orchestrators nor clients of the local host can use.</summary>
    public const string EntitiesNotSupported =
        "Durable entities are not supported by the local host. Keep the state in a store of the application, or run it on Azure Functions.";

    public override TaskOrchestrationEntityFeature Entities => throw new NotSupportedException(EntitiesNotSupported);

    protected override ILoggerFactory LoggerFactory => owner.LoggerFactory;

    public override T GetInput<T>() => execution.Started.Input is { } input ? owner.Converter.Deserialize<T>(input)! : default!;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        if (OptionsAsInput(input, options) is { } mistake)
        {
            return Task.FromException<TResult>(mistake);
        }

        var version = options?.Version is { } explicitVersion ? explicitVersion.Version ?? string.Empty : Version;
        var tags = Tags(options);
        return options?.Retry is { } retry
            ? new RetryLoop<TResult>(execution, retry, () => execution.CallActivity<TResult>(name, input, version, tags)).RunAsync()
            : execution.CallActivity<TResult>(name, input, version, tags).Task;
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        if (OptionsAsInput(input, options) is { } mistake)
        {
            return Task.FromException<TResult>(mistake);
        }

        var childId = (options as SubOrchestrationOptions)?.InstanceId is { Length: > 0 } given ? given : NewGuid().ToString("N");
        var version = options?.Version is { } explicitVersion ? explicitVersion.Version ?? string.Empty : owner.DefaultVersion;
        var tags = InheritedTags(Tags(options));
        return options?.Retry is { } retry
            ? new RetryLoop<TResult>(execution, retry, Call).RunAsync()
            : Call().Task;

        CallOperation<TResult> Call() => execution.CallSubOrchestration<TResult>(orchestratorName, childId, input, version, tags);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        execution.CreateTimer(fireAt.ToUniversalTime(), cancellationToken).Task;

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.CheckThread();
        return execution.Events.WaitForAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.SendEvent(instanceId, eventName, payload);
    }

    public override void SetCustomStatus(object? customStatus)
    {
        execution.CheckThread();
        execution.Status = owner.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        execution.CheckThread();
        execution.ContinueAsNew = options;
        execution.Events.CarryOver(options.PreserveUnprocessedEvents);
    }

    /// <summary>A name-based id (RFC 9562, version 8), derived from the execution and a counter, so that a replay creates the same ids.</summary>
    public override Guid NewGuid()
    {
        execution.CheckThread();
        var name = string.Create(CultureInfo.InvariantCulture, $"{InstanceId}/{execution.Generation}/{execution.Started.Time.Ticks}/{_guids++}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private static ArgumentException? OptionsAsInput(object? input, TaskOptions? options) => input is TaskOptions && options is null
        ? new ArgumentException(
            $"A {nameof(TaskOptions)} was given as the input and none as the options. Name the argument: options: …", nameof(input))
        : null;

    /// <summary>The tags of a sub-orchestration: those of the parent, overridden by its own, as on Azure.</summary>
    private IReadOnlyDictionary<string, string>? InheritedTags(Dictionary<string, string>? own)
    {
        if (own is null || execution.Started.Tags is not { } inherited)
        {
            return own ?? execution.Started.Tags;
        }

        foreach (var (name, value) in inherited)
        {
            own.TryAdd(name, value);
        }

        return own;
    }

    private static Dictionary<string, string>? Tags(TaskOptions? options) =>
        options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null;
}
