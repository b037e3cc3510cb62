using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Orchestrator.Activities.Catalog;

namespace Orchestrator.Functions.Http;

/// <summary>What requests to the stores of workflows and prompts have in common: <c>?app=</c>, ETags, a text as the body.</summary>
internal static class StoreRequest
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A parameter of the query; null when it is not there or empty.</summary>
    public static string? Query(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } given ? given : null;

    public static IResult WithETag(this IResult answer, string etag) => new HeaderResult(answer, HeaderNames.ETag, $"\"{etag}\"");

    /// <summary>What <c>If-Match</c> or <c>If-None-Match: *</c> asks for.</summary>
    /// <exception cref="RequestRefusedException">The header is not written so.</exception>
    public static WriteCondition Condition(this HttpRequest request)
    {
        if (request.Headers.IfMatch is { Count: > 0 } wanted)
        {
            if (!EntityTagHeaderValue.TryParseStrictList(wanted, out var tags) || tags.Count == 0)
            {
                throw new RequestRefusedException(
                    StatusCodes.Status400BadRequest, "invalidHeader", "If-Match takes the ETag of an earlier answer in its quotes, or *.");
            }

            return tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any))
                ? WriteCondition.Existing
                : WriteCondition.Matches([.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.ToString().Trim('"'))]);
        }

        return request.Headers.IfNoneMatch.ToString() switch
        {
            "" => WriteCondition.None,
            "*" => WriteCondition.New,
            _ => throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalidHeader", "If-None-Match takes * here: create, do not replace."),
        };
    }

    /// <summary>The body.</summary>
    /// <param name="what">What it is, for messages: <c>definition</c>.</param>
    /// <param name="types">The media types that it may have; a body that names none is taken.</param>
    /// <exception cref="RequestRefusedException">It has another media type, or is too long.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(
        this HttpRequest request, string what, long mostBytes, IReadOnlyCollection<string> types, CancellationToken cancellationToken)
    {
        if (request.ContentType is { Length: > 0 } && !types.Contains(request.MediaType(), StringComparer.OrdinalIgnoreCase))
        {
            throw new RequestRefusedException(
                StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", $"Send the {what} as {string.Join(", ", types)}.");
        }

        return await RequestBody.ReadAsync(request, mostBytes, cancellationToken);
    }

    /// <summary>The media type without its parameters; null when there is none.</summary>
    public static string? MediaType(this HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.ToString() : null;

    /// <exception cref="RequestRefusedException">It is not UTF-8.</exception>
    public static string Utf8(ReadOnlyMemory<byte> bytes, string what)
    {
        try
        {
            return StrictUtf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalidText", $"The {what} is not UTF-8 text.");
        }
    }
}
