using Microsoft.AspNetCore.Http;

namespace Orchestrator.Functions.Http;

/// <summary>Reads bodies within their limits.</summary>
internal static class RequestBody
{
    private const int ReadSize = 64 * 1024;

    /// <exception cref="RequestRefusedException">The body is of another media type (415) or too large (413).</exception>
    public static Task<byte[]> ReadJsonAsync(HttpRequest request, long limit, CancellationToken cancellationToken) => request.HasJsonContentType()
        ? ReadAsync(request, limit, cancellationToken)
        : throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, "wrongMediaType", "Send the body as application/json.");

    /// <exception cref="RequestRefusedException">The body is too large (413), also when its length was not said.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[ReadSize];
        var read = 0;
        do
        {
            if (request.ContentLength > limit || body.Length > limit)
            {
                throw new RequestRefusedException(StatusCodes.Status413PayloadTooLarge, "payloadTooLarge", $"The body may have {limit} bytes.");
            }

            read = await request.Body.ReadAsync(buffer, cancellationToken);
            body.Write(buffer, 0, read);
        }
        while (read > 0);
        return body.ToArray();
    }
}
