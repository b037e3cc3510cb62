using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orchestrator.LocalHost.Management;

/// <summary>Reads a request's body as one JSON value.</summary>
internal static class JsonBody
{
    /// <summary>Null for an empty body and for JSON's null.</summary>
    /// <exception cref="BadHttpRequestException">It is not JSON.</exception>
    public static async Task<JsonElement?> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        if (body.Length == 0)
        {
            return null;
        }

        body.Position = 0;
        try
        {
            using var document = await JsonDocument.ParseAsync(body, default, request.HttpContext.RequestAborted);
            return document.RootElement.ValueKind == JsonValueKind.Null ? null : document.RootElement.Clone();
        }
        catch (JsonException problem)
        {
            throw new BadHttpRequestException($"The body is not JSON: {problem.Message}", problem);
        }
    }
}
