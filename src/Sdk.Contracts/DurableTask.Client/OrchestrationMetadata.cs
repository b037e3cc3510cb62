using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Microsoft.DurableTask.Client;

public sealed class OrchestrationMetadata(string name, string instanceId)
{
    private const int MaxPayloadInText = 50;

    public string Name { get; } = name;

    public string InstanceId { get; } = instanceId;

    /// <summary>Set exactly when the instance was fetched with its inputs and outputs.</summary>
    public DataConverter? DataConverter { get; init; }

    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    public string? SerializedInput { get; init; }

    public string? SerializedOutput { get; init; }

    public string? SerializedCustomStatus { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    public TaskFailureDetails? FailureDetails { get; init; }

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    public bool IsCompleted =>
        RuntimeStatus is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}");
        Append(text, "Input", SerializedInput);
        Append(text, "Output", SerializedOutput);
        Append(text, "FailureDetails", FailureDetails?.ErrorMessage, FailureDetails?.ErrorType + " - ");
        return text.Append(']').ToString();
    }

    private static void Append(StringBuilder text, string label, string? payload, string prefix = "")
    {
        if (payload is not null)
        {
            string shown = payload.Length > MaxPayloadInText ? payload[..MaxPayloadInText] + "..." : payload;
            text.Append(CultureInfo.InvariantCulture, $", {label}: '{prefix}{shown}'");
        }
    }

    private T? Read<T>(string? data, [CallerMemberName] string method = "") => DataConverter is null
        ? throw new InvalidOperationException(
            $"{method} needs {nameof(OrchestrationMetadata)} that was fetched with the option to include inputs and outputs.")
        : DataConverter.Deserialize<T>(data);
}
