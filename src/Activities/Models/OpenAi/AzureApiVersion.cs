using static Azure.AI.OpenAI.AzureOpenAIClientOptions;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>The versions of Azure OpenAI's protocol that <see cref="Azure.AI.OpenAI.AzureOpenAIClient"/> speaks, as their addresses have them (<c>2024-10-21</c>).</summary>
internal static class AzureApiVersion
{
    /// <summary>No version in the address: the resource's v1 endpoint.</summary>
    public const string V1 = "v1";

    /// <summary>The newest one. The last that is no preview, 2024-10-21, knows no <c>reasoning_effort</c>.</summary>
    public const ServiceVersion Default = ServiceVersion.V2025_04_01_Preview;

    private static readonly Dictionary<string, ServiceVersion> Known =
        Enum.GetValues<ServiceVersion>().ToDictionary(Text, StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them and <see cref="V1"/>, the oldest first.</summary>
    public static string Names { get; } = string.Join(", ", Known.Keys.Order(StringComparer.Ordinal).Append(V1));

    /// <summary>What is said of a version that is not among them.</summary>
    public static string Refusal { get; } = $"is no version that can be asked for: set it to one of {Names}.";

    /// <param name="text">In any case; null for <see cref="Default"/>.</param>
    /// <returns>Null for a version that the client does not know, and for <see cref="V1"/>.</returns>
    public static ServiceVersion? Find(string? text) =>
        text is null ? Default
        : Known.TryGetValue(text, out var version) ? version
        : null;

    private static string Text(ServiceVersion version) => version.ToString()[1..].Replace('_', '-').ToLowerInvariant();
}
