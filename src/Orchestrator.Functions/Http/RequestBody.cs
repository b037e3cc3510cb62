using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Functions.Http;

/// <summary>Reads bodies of requests up to a maximum size.</summary>
internal static class RequestBody
{
    private const int BufferSize = 16 * 1024;

    /// <summary>The most bytes that are allocated before they have arrived.</summary>
    private const int MaxAhead = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="maxBytes">Maximum size of the body in bytes.</param>
    /// <exception cref="RequestRefusedException">The body is not JSON by its media type (415), or too large (413).</exception>
    public static Task<byte[]> ReadJsonAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken) => request.HasJsonContentType()
        ? ReadAsync(request, maxBytes, cancellationToken)
        : throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", "Send the body as application/json.");

    /// <summary>Reads a body of certain media types.</summary>
    /// <param name="what">What the body is, for messages: <c>definition</c>.</param>
    /// <param name="maxBytes">Maximum size of the body in bytes.</param>
    /// <param name="types">The allowed media types; a request without a media type is allowed, too.</param>
    /// <exception cref="RequestRefusedException">The body has another media type (415), or is too large (413).</exception>
    public static Task<byte[]> ReadAsync(
        HttpRequest request, string what, long maxBytes, IReadOnlyCollection<string> types, CancellationToken cancellationToken) =>
        request.ContentType is not { Length: > 0 } || types.Contains(MediaType(request), StringComparer.OrdinalIgnoreCase)
            ? ReadAsync(request, maxBytes, cancellationToken)
            : throw new RequestRefusedException(
                StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", $"Send the {what} as {string.Join(", ", types)}.");

    /// <param name="maxBytes">Maximum size of the body in bytes.</param>
    /// <exception cref="RequestRefusedException">The body is too large (413), whether the request states its length or not.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        // A client may state a length that it does not send.
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, MaxAhead));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var read = 0;
            do
            {
                if (request.ContentLength > maxBytes || body.Length > maxBytes)
                {
                    throw new RequestRefusedException(
                        StatusCodes.Status413PayloadTooLarge, "payloadTooLarge", $"The body may have {maxBytes} bytes.");
                }

                read = await request.Body.ReadAsync(buffer, cancellationToken);
                body.Write(buffer, 0, read);
            }
            while (read > 0);
            return body.Length == body.Capacity ? body.GetBuffer() : body.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The media type without its parameters; null when there is none.</summary>
    public static string? MediaType(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.MediaType.ToString() : null;

    /// <param name="what">What the body is, for messages: <c>prompt</c>.</param>
    /// <exception cref="RequestRefusedException">The body is not UTF-8 (400).</exception>
    public static string Utf8(byte[] body, string what)
    {
        try
        {
            return StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            throw new RequestRefusedException(StatusCodes.Status400BadRequest, "invalidText", $"The {what} is not UTF-8 text.");
        }
    }
}

/// <summary>A request is invalid or not allowed; it is answered with problem details.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The <c>code</c> of the problem details.</param>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    /// <summary>The input has mistakes (400).</summary>
    /// <param name="diagnostics">All mistakes.</param>
    public RequestRefusedException(IReadOnlyList<Diagnostic> diagnostics)
        : this(StatusCodes.Status400BadRequest, "invalidInput", string.Join(" ", diagnostics.Select(diagnostic => diagnostic.FullMessage()))) =>
        Diagnostics = diagnostics;

    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The <c>code</c> of the problem details.</summary>
    public string Code { get; } = code;

    /// <summary>The mistakes of the input; null when there is only the message.</summary>
    public IReadOnlyList<Diagnostic>? Diagnostics { get; }
}
