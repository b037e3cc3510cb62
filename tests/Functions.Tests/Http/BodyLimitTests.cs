using System.Net;
using System.Net.Http.Headers;
using Orchestrator.Functions.Http.OpenApi;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>Bodies over the limit, on every operation that has a body.</summary>
public class BodyLimitTests
{
    /// <summary>Above every limit of the app and below the one of the server, which would give another answer.</summary>
    private const int TooLarge = 25 * 1024 * 1024;

    /// <summary>Every operation that reads a body: new ones are tested without being listed here.</summary>
    public static TheoryData<string, string, bool> Bodies
    {
        get
        {
            var bodies = new TheoryData<string, string, bool>();
            foreach (var operation in ApiOperations.All.Where(operation => operation.Body is not null || operation.BodySchema is not null))
            {
                bodies.Add(operation.Method, operation.Route, true);
                bodies.Add(operation.Method, operation.Route, false);
            }

            return bodies;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_over_the_limit_is_413_whether_its_length_is_said_or_not(string method, string route, bool isLengthSaid)
    {
        await using var api = await ApiHost.StartAsync();
        await StoreWorkflowAsync(api);
        var runId = await api.StartRunAsync(ApiHost.Body());
        var path = $"/api/{route}".Replace("{slug}", "try", StringComparison.Ordinal).Replace("{runId}", runId, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(new byte[TooLarge]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = !isLengthSaid;

        using var response = await api.Client.SendAsync(request);

        await ApiHost.ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "payloadTooLarge");
    }

    [Fact]
    public void Operations_that_read_a_body_say_that_it_may_be_too_large()
    {
        var operations = ApiOperations.All.Where(operation => operation.Body is not null || operation.BodySchema is not null).ToList();

        Assert.NotEmpty(operations);
        Assert.All(operations, operation => Assert.Contains(413, operation.Problems));
    }

    private static async Task StoreWorkflowAsync(ApiHost api)
    {
        using var content = new StringContent(ApiHost.Definition, System.Text.Encoding.UTF8, "application/json");
        using var stored = await api.Client.PutAsync("/api/workflows/try", content);
        Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
    }
}
