using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Storage;

namespace Orchestrator.CrashSweep.Running;

/// <summary>Reads the bytes of a feed.</summary>
internal static class SweepFeed
{
    public static IEnumerable<JsonObject> Events(IContentStore store, ContentKey key) => Lines(store, key).Select(Parse).OfType<JsonObject>();

    /// <summary>Lines that are not an event, because a crash cut them off.</summary>
    public static int Torn(IContentStore store, ContentKey key) => Lines(store, key).Count(line => Parse(line) is null);

    private static string[] Lines(IContentStore store, ContentKey key) =>
        store.GetAsync(key).GetAwaiter().GetResult() is { } log
            ? Encoding.UTF8.GetString(log.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : [];

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
