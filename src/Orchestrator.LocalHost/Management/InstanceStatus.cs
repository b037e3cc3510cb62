using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;

namespace Orchestrator.LocalHost.Management;

/// <summary>The status of an instance as the management API returns it.</summary>
internal sealed record InstanceStatus(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("instanceId")] string InstanceId,
    [property: JsonPropertyName("runtimeStatus")] string RuntimeStatus,
    [property: JsonPropertyName("input")] JsonElement? Input,
    [property: JsonPropertyName("customStatus")] JsonElement? CustomStatus,
    [property: JsonPropertyName("output")] JsonElement? Output,
    [property: JsonPropertyName("createdTime")] string CreatedTime,
    [property: JsonPropertyName("lastUpdatedTime")] string LastUpdatedTime)
{
    /// <summary>Null when it was not requested.</summary>
    [JsonPropertyName("historyEvents")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonArray? HistoryEvents { get; init; }

    /// <param name="instance">Fetched with its inputs and outputs.</param>
    public static InstanceStatus Of(OrchestrationMetadata instance, bool showInput) => new(
        instance.Name,
        instance.InstanceId,
        instance.RuntimeStatus.ToString(),
        showInput ? AsJson(instance.SerializedInput) : null,
        AsJson(instance.SerializedCustomStatus),
        OutputOf(instance),
        Time(instance.CreatedAt),
        Time(instance.LastUpdatedAt));

    /// <summary>The output; for a failed instance its failure, as on Azure.</summary>
    public static JsonElement? OutputOf(OrchestrationMetadata instance) =>
        AsJson(instance.SerializedOutput) ?? (instance.FailureDetails is { } failure ? JsonSerializer.SerializeToElement(failure.ToString()) : null);

    /// <summary>The data as JSON; as a JSON string when the data converter did not write JSON.</summary>
    public static JsonElement? AsJson(string? data)
    {
        if (data is null)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(data);
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(data);
        }
    }

    /// <summary>Whether the instance has ended.</summary>
    public static bool IsFinished(OrchestrationMetadata instance) =>
#pragma warning disable CS0618 // other implementations of the client may still return Canceled
        instance.IsCompleted || instance.RuntimeStatus == OrchestrationRuntimeStatus.Canceled;
#pragma warning restore CS0618

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
