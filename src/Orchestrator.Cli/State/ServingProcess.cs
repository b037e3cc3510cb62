using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.LocalHost.Http;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.State;

/// <summary>
/// The process that serves a state folder. <c>serve</c> writes its address into the folder, and other commands send their requests there. The key is
/// not written: commands read it from the environment, as <c>serve</c> does. Thread-safe.
/// </summary>
internal sealed class ServingProcess : IDisposable
{
    /// <summary>The environment variable that holds the key of a serving process, for itself and for the commands that call it.</summary>
    public const string KeyVariable = "ORCHESTRATOR_KEY";

    /// <summary>The header in which callers send the key.</summary>
    public const string KeyHeader = AccessPolicy.KeyHeader;

    private const string FileName = "serve.json";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;

    private ServingProcess(HttpClient client) => _client = client;

    /// <summary>The address of its API, with the route prefix and a slash at the end.</summary>
    public Uri Address => _client.BaseAddress!;

    /// <summary>Writes the address of this process into the folder, until the result is disposed.</summary>
    /// <param name="api">The address of the API, with the route prefix and a slash at the end.</param>
    /// <returns>Null when the storage is no folder.</returns>
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

    /// <summary>Finds the process that serves the folder.</summary>
    /// <returns>Null when there is none, when it does not answer within two seconds, and when the storage is no folder.</returns>
    public static async Task<ServingProcess?> FindAsync(StateStorage where, CancellationToken cancellationToken)
    {
        if (where.Kind != StorageKind.Files || Read(Path.Combine(where.Folder, FileName)) is not { } api)
        {
            return null;
        }

        var client = new HttpClient { BaseAddress = api };
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
        {
            client.DefaultRequestHeaders.Add(KeyHeader, key);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            using var answer = await client.GetAsync("health", limit.Token);
            return new ServingProcess(client);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The process was killed before it could delete its address.
            client.Dispose();
            return null;
        }
    }

    /// <summary>Sends a request to the API.</summary>
    /// <param name="path">Relative to <see cref="Address"/>.</param>
    /// <returns>The body of the answer; empty when it has none.</returns>
    /// <exception cref="UsageException">The request was refused; the message is the server's.</exception>
    public async Task<JsonObject> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await _client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new UsageException(
                $"The process that serves this folder at {Address} wants a key: set {KeyVariable} to the one that it was started with.");
        }

        var document = await answer.Content.ReadFromJsonAsync<JsonObject>(WorkflowJson.Compact, cancellationToken) ?? [];
        return answer.IsSuccessStatusCode
            ? document
            : throw new UsageException(document["detail"]?.GetValue<string>() ?? $"{Address} answered {(int)answer.StatusCode}.");
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
            // The file is being written, or is not one of ours. The folder counts as not served; the locks of the instances keep runs apart all the
            // same.
            return null;
        }
    }

    private sealed record Announcement(Uri Api);

    /// <summary>Deletes the address when it is disposed, unless another process has written its own since.</summary>
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
                // An address at which nothing answers is ignored.
            }
        }
    }
}
