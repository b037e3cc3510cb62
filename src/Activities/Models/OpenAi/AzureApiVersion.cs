using static Azure.AI.OpenAI.AzureOpenAIClientOptions;

namespace Orchestrator.Activities.Models.OpenAi;

/// <summary>
/// The versions of Azure OpenAI's protocol that <see cref="Azure.AI.OpenAI.AzureOpenAIClient"/> supports, as URLs contain them (<c>2024-10-21</c>).
/// </summary>
internal static class AzureApiVersion
{
    /// <summary>The resource's v1 endpoint, whose URL has no version.</summary>
    public const string V1 = "v1";

    /// <summary>The newest version: the last one that is not a preview, 2024-10-21, does not support <c>reasoning_effort</c>.</summary>
    public const ServiceVersion Default = ServiceVersion.V2025_04_01_Preview;

    private static readonly Dictionary<string, ServiceVersion> Known =
        Enum.GetValues<ServiceVersion>().ToDictionary(Text, StringComparer.OrdinalIgnoreCase);

    /// <summary>All versions, the oldest first, and <see cref="V1"/>.</summary>
    public static string Names { get; } = string.Join(", ", Known.Keys.Order(StringComparer.Ordinal).Append(V1));

    /// <summary>The rest of the message about an unknown version, after the setting.</summary>
    public static string Refusal { get; } = $"is no version that can be asked for: set it to one of {Names}.";

    /// <summary>Finds a version of the client.</summary>
    /// <param name="text">In any letter case; null for <see cref="Default"/>.</param>
    /// <returns>Null for a version that the client does not support, and for <see cref="V1"/>.</returns>
    public static ServiceVersion? Find(string? text) =>
        text is null ? Default
        : Known.TryGetValue(text, out var version) ? version
        : null;

    private static string Text(ServiceVersion version) => version.ToString()[1..].Replace('_', '-').ToLowerInvariant();
}
