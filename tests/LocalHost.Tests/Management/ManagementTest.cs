using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

/// <summary>Codes, headers and bodies, with a client whose answers the test sets.</summary>
public abstract class ManagementTest
{
    protected const string Base = ManagementPayload.BasePath;

    protected Mock<DurableTaskClient> Client { get; } = new("hub");

    protected static OrchestrationMetadata Instance(string id, OrchestrationRuntimeStatus status) => new("Flow", id)
    {
        RuntimeStatus = status,
        CreatedAt = new DateTimeOffset(2030, 1, 1, 0, 0, 1, 900, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(2030, 1, 1, 1, 0, 2, TimeSpan.FromHours(1)),
        SerializedInput = """{ "x": 1 }""",
        SerializedOutput = "[1,2]",
        SerializedCustomStatus = "\"busy\"",
    };

    protected static bool IsJson(object? value, string? expected) =>
        expected is null ? value is null : JsonElement.DeepEquals(JsonSerializer.SerializeToElement(value), JsonElement.Parse(expected));

    protected static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    private protected static async Task<HttpResponseMessage> SendAsync(
        TestWeb web, string method, string path, string? body = null, string mediaType = "application/json")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), Base + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        return await web.Client.SendAsync(request);
    }

    protected void Has(OrchestrationMetadata instance) => Client
        .Setup(c => c.GetInstanceAsync(instance.InstanceId, It.IsAny<bool>(), It.IsAny<CancellationToken>())).ReturnsAsync(instance);

    protected void Fails(Exception problem) => Client
        .Setup(c => c.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>())).ThrowsAsync(problem);

    protected void Starts(string id) => Client
        .Setup(c => c.ScheduleNewOrchestrationInstanceAsync(
            It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
        .ReturnsAsync(id);
}
