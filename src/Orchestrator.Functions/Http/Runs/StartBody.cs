using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Functions.Http.Runs;

/// <summary>Reads the common parts of the bodies of starts and resumes.</summary>
internal static class StartBody
{
    /// <summary>Maximum size of a body in bytes: a definition of the maximum size, and as much for its inputs.</summary>
    private const long MaxBytes = 2L * DefinitionLimits.MaxBytes;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 2 * DefinitionLimits.MaxNesting };

    /// <param name="optional">Whether a missing body counts as an empty object.</param>
    /// <exception cref="RequestRefusedException">The body has another media type, or is too large.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, bool optional, CancellationToken cancellationToken)
    {
        if (!optional || request.ContentType is not null)
        {
            return await RequestBody.ReadJsonAsync(request, MaxBytes, cancellationToken);
        }

        return await RequestBody.ReadAsync(request, MaxBytes, cancellationToken) is { Length: 0 }
            ? "{}"u8.ToArray()
            : throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", "Send the body as application/json.");
    }

    /// <exception cref="RequestRefusedException">The body is not JSON.</exception>
    public static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, Strict);
        }
        catch (JsonException exception)
        {
            throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, "invalidJson", $"The body is not JSON: {JsonErrorText.DescribeWithPlace(exception)}");
        }
    }

    /// <summary>The text of the member <c>definition</c>, which is an object, or a string with JSON or YAML.</summary>
    public static byte[] Definition(JsonDocument body)
    {
        var definition = body.RootElement.GetProperty("definition");
        return Encoding.UTF8.GetBytes(definition.ValueKind == JsonValueKind.String ? definition.GetString()! : definition.GetRawText());
    }

    /// <summary>Reads the mocks in the options.</summary>
    /// <param name="problems">Mistakes are added to it.</param>
    /// <returns>Null when there are none, or they have mistakes.</returns>
    public static MockScript? Mocks(JsonNode? mocks, OrchestratorOptions options, List<Diagnostic> problems)
    {
        if (mocks is null)
        {
            return null;
        }

        if (!options.AllowMocks)
        {
            problems.Add(new Diagnostic(
                DiagnosticCodes.UnsupportedProperty, DiagnosticSeverity.Error, "/options/mocks", 0, 0,
                "This host does not allow mocks (Orchestrator__AllowMocks)."));
            return null;
        }

        if (!MockScript.TryParse(mocks.ToJsonString(), out var script, out var mistakes))
        {
            problems.AddRange(mistakes.Select(mistake => mistake with { Pointer = "/options/mocks" + mistake.Pointer, Line = 0, Column = 0 }));
        }

        return script;
    }
}
