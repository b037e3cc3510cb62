using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orchestrator.EndToEnd.Processes;

/// <summary><c>orchestrator serve</c> on a free port, listening.</summary>
internal sealed class ServeProcess : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private ServeProcess(OrchestratorProcess process, HttpClient client)
    {
        Process = process;
        Client = client;
    }

    public OrchestratorProcess Process { get; }

    public HttpClient Client { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static Task<ServeProcess> StartAsync(string state, params string[] more) => StartAsync(state, new Dictionary<string, string>(), more);

    public static async Task<ServeProcess> StartAsync(string state, IReadOnlyDictionary<string, string> environment, params string[] more)
    {
        var process = OrchestratorProcess.Start(Path.GetTempPath(), environment, ["serve", "--port", "0", "--state", state, .. more]);
        try
        {
            var line = await process.Output.WaitForAsync("StartRun:");
            var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]).GetLeftPart(UriPartial.Authority);
            return new ServeProcess(process, new HttpClient { BaseAddress = new Uri(address), Timeout = OrchestratorProcess.Patience });
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Starts a run with this body, which must be accepted.</summary>
    public async Task<JsonElement> StartRunAsync(string body)
    {
        using var response = await PostAsync(body);
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.Accepted
            ? JsonDocument.Parse(text).RootElement
            : throw new HttpRequestException($"The run was not accepted: {text}", null, response.StatusCode);
    }

    public Task<HttpResponseMessage> PostAsync(string body, string mediaType = "application/json") =>
        Client.PostAsync("/api/runs", new StringContent(body, System.Text.Encoding.UTF8, mediaType));

    /// <summary>Asks the orchestration's status until it has ended, as a client of Durable Functions does.</summary>
    public async Task<JsonElement> WaitForEndAsync(string statusUri)
    {
        using var timeout = new CancellationTokenSource(OrchestratorProcess.Patience);
        while (true)
        {
            using var response = await Client.GetAsync(statusUri, timeout.Token);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                return await response.Content.ReadFromJsonAsync<JsonElement>(timeout.Token);
            }

            await Task.Delay(PollInterval, timeout.Token);
        }
    }

    public Task<JsonElement> GetRunAsync(string runId) => Client.GetFromJsonAsync<JsonElement>($"/api/runs/{runId}");

    public void Dispose()
    {
        Client.Dispose();
        Process.Dispose();
    }
}
