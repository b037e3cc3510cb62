using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Conformance.Apps;

/// <summary>Requests with their expected answers.</summary>
internal static class AppRequests
{
    /// <summary>Far more than anything takes on a loaded machine: reached only when something is wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static Task<JsonElement> GetAsync(this IApp app, string path, HttpStatusCode expected = HttpStatusCode.OK) =>
        app.SendAsync(HttpMethod.Get, path, null, expected);

    public static Task<JsonElement> PostAsync(this IApp app, string path, string body, HttpStatusCode expected = HttpStatusCode.OK) =>
        app.SendAsync(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, "application/json"), expected);

    /// <summary>The body of the answer; undefined when it has none.</summary>
    public static async Task<JsonElement> SendAsync(this IApp app, HttpMethod method, string path, HttpContent? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await app.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path} was answered with {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>Asks for the run until it is as expected: its host may be another process.</summary>
    public static async Task<JsonElement> WaitForAsync(this IApp app, string runId, Func<JsonElement, bool> expected)
    {
        var asked = Stopwatch.StartNew();
        while (true)
        {
            var run = await app.Client.GetFromJsonAsync<JsonElement>($"/api/runs/{runId}");
            if (expected(run))
            {
                return run;
            }

            Assert.True(asked.Elapsed < Patience, $"In {Patience.TotalSeconds:0} seconds, run {runId} has come no further than {run}.");
            await Task.Delay(PollInterval);
        }
    }

    public static bool Is(this JsonElement run, string status) => run.GetProperty("status").ValueEquals(status);

    public static JsonElement Step(this JsonElement run, string id) => run.GetProperty("steps").GetProperty(id);
}
