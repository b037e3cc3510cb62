using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Http;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>The app behind a real socket, over an empty store.</summary>
internal sealed class StoreHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly LocalDurableHost _durable;
    private readonly LocalWebHost _web;
    private readonly HttpClient _http;

    private StoreHost(ServiceProvider services, LocalDurableHost durable, LocalWebHost web)
    {
        (_services, _durable, _web) = (services, durable, web);
        _http = new HttpClient { BaseAddress = new Uri(web.Address, "api/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public static async Task<StoreHost> StartAsync()
    {
        var services = new ServiceCollection()
            .AddLocalHttp()
            .AddSingleton<IContentStore>(new MemoryContentStore())
            .AddOrchestrator(new OrchestratorOptions(), claims: new MemoryContentStore())
            .BuildServiceProvider();
        var functions = FunctionCatalog.Discover(typeof(OrchestratorServices).Assembly);
        var durable = await LocalDurableHost.StartAsync(builder =>
        {
            builder.Services = services;
            builder.DataConverter = new JsonDataConverter(WorkflowJson.Compact);
            builder.AddFunctions(functions);
        });
        return new StoreHost(
            services, durable, await LocalWebHost.StartAsync(functions, services, durable.Client, new LocalWebHostOptions { Port = 0 }));
    }

    /// <summary>Sends a request and checks the status of its answer; one that is no success must be a problem with a code.</summary>
    /// <param name="mediaType">Of the body; null for none.</param>
    /// <param name="header">Name and value of one more header.</param>
    public async Task<StoreAnswer> SendAsync(
        HttpStatusCode expected, HttpMethod method, string path, string? body = null, string? mediaType = "application/json",
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        }

        if (header is var (name, value))
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        using var document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
        var answer = new StoreAnswer(document.RootElement.Clone(), response.Headers.ETag?.ToString());
        if (!response.IsSuccessStatusCode)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal((int)expected, answer.Body.GetProperty("status").GetInt32());
        }

        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await _durable.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>What came back: JSON, and the ETag with its quotes.</summary>
internal sealed record StoreAnswer(JsonElement Body, string? ETag)
{
    public string? this[string member] => Body.GetProperty(member).GetString();
}
