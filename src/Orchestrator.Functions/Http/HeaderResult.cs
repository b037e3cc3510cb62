using Microsoft.AspNetCore.Http;

namespace Orchestrator.Functions.Http;

/// <summary>
/// An answer with a header. It is set when the answer is written, so that an operation that was left for its time never writes into a later response.
/// </summary>
internal sealed class HeaderResult(IResult answer, string name, string value) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        httpContext.Response.Headers[name] = value;
        return answer.ExecuteAsync(httpContext);
    }
}
