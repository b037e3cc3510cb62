using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextExtensions
{
    private const string HttpContextKey = "HttpRequestContext";

    /// <summary>The request that triggered the function, which the host keeps among the context's items; null for other triggers.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(HttpContextKey, out object? item) ? item as HttpContext : null;
}
