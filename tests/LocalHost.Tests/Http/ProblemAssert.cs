using System.Net;
using System.Text.Json;

namespace Orchestrator.LocalHost.Tests.Http;

internal static class ProblemAssert
{
    /// <summary>Checks status, media type and code, and gives the sentence.</summary>
    public static async Task<string> IsProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(body);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem.GetProperty("detail").GetString()!;
    }
}
