using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Stores.Files;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Hosting;

/// <summary>
/// The process that serves a state folder: <c>serve</c> leaves its address in the folder, so that other commands ask it. The key stays in the environment.
/// </summary>
internal sealed class ServedFolder : IDisposable
{
    private const string FileName = "serve.json";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;

    private ServedFolder(HttpClient client) => _client = client;

    public Uri Address => _client.BaseAddress!;

    /// <summary>Says in the folder who serves it, until the result is disposed.</summary>
    /// <param name="api">Where the API is, with its route prefix and a slash at the end.</param>
    /// <returns>Null where no folder is served.</returns>
    /// <exception cref="ContentStoreException">The folder cannot be written.</exception>
    public static IDisposable? Announce(StateStorage where, Uri api)
    {
        if (where.Kind != StorageKind.Files)
        {
            return null;
        }

        var file = Path.Combine(where.Folder, FileName);
        try
        {
            File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(new Announcement(api), WorkflowJson.Compact));
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            throw FileErrors.Translate(exception, file);
        }

        return new Withdrawal(file, api);
    }

    /// <summary>The process that serves the folder; null when none does, or none that answers.</summary>
    public static async Task<ServedFolder?> FindAsync(StateStorage where, CancellationToken cancellationToken)
    {
        if (where.Kind != StorageKind.Files || Read(Path.Combine(where.Folder, FileName)) is not { } api)
        {
            return null;
        }

        var client = new HttpClient { BaseAddress = api };
        if (Environment.GetEnvironmentVariable(ServeKey.Variable) is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Add(ServeKey.Header, key);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            using var answer = await client.GetAsync("health", limit.Token);
            return new ServedFolder(client);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // It was killed and could not withdraw its address.
            client.Dispose();
            return null;
        }
    }

    /// <summary>Asks for an operation.</summary>
    /// <returns>The answer's document.</returns>
    /// <exception cref="UsageException">It was refused; the message is the server's sentence.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new UsageException($"The process that serves this folder at {Address} wants a key: set {ServeKey.Variable} to the one that it was started with.");
        }

        var document = await answer.Content.ReadFromJsonAsync<JsonObject>(WorkflowJson.Compact, cancellationToken) ?? [];
        return answer.IsSuccessStatusCode ? document : throw new UsageException(document["detail"]?.GetValue<string>() ?? $"{Address} answered {(int)answer.StatusCode}.");
    }

    public void Dispose() => _client.Dispose();

    private static Uri? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Announcement>(File.ReadAllBytes(file), WorkflowJson.Compact)?.Api : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // Being written, or not written by serve: treated as not served; the locks of the instances decide.
            return null;
        }
    }

    private sealed record Announcement(Uri Api);

    /// <summary>Another process that serves the folder, too, may have left its own address since.</summary>
    private sealed class Withdrawal(string file, Uri api) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                if (Read(file) == api)
                {
                    File.Delete(file);
                }
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                // The folder cannot be written any more. An address at which nothing answers counts as none.
            }
        }
    }
}
