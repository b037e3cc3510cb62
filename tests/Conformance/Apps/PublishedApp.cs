using Orchestrator.Conformance.Wire;
using Orchestrator.Testing;

namespace Orchestrator.Conformance.Apps;

/// <summary>The published app under the worker protocol, with its records in a folder.</summary>
public sealed class PublishedApp : IApp
{
    public const string Model = "simulated:latency=20,tokensPerSecond=5000";

    /// <summary>
    /// The folder of the app: a published one that the variable names, as in CI, else what the build of the app wrote, which has all of it but the
    /// extensions of the real host.
    /// </summary>
    public static readonly string Folder = Environment.GetEnvironmentVariable("ORCHESTRATOR_PUBLISHED_APP")
        ?? RepositoryFolder.Combine(
            $"src/Orchestrator.Functions/{Path.GetRelativePath(RepositoryFolder.Combine("tests/Conformance"), AppContext.BaseDirectory)}");

    private readonly TempFolder _state = new();
    private readonly IReadOnlyDictionary<string, string> _models;
    private HttpClient? _client;

    public PublishedApp()
        : this(new Dictionary<string, string> { ["Orchestrator__Model"] = Model })
    {
    }

    /// <param name="models">The settings that say who answers.</param>
    internal PublishedApp(IReadOnlyDictionary<string, string> models) => _models = models;

    public HttpClient Client => _client!;

    internal FunctionsHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var settings = new Dictionary<string, string>(_models)
        {
            ["Orchestrator__Storage"] = "files",
            ["Orchestrator__State"] = _state.Path,
            ["Orchestrator__AllowMocks"] = "true",
        };
        Host = await FunctionsHost.StartAsync(Folder, settings);
        _client = new HttpClient { BaseAddress = Host.Address, DefaultRequestHeaders = { { "x-functions-key", Host.Key } } };
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        await (Host?.DisposeAsync() ?? ValueTask.CompletedTask);
        _state.Dispose();
    }
}
