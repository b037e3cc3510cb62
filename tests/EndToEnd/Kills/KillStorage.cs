using Microsoft.Extensions.Configuration;
using Orchestrator.EndToEnd.Processes;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.EndToEnd.Kills;

/// <summary>The storage of one round's servers: a folder, or an account of its own on Azurite.</summary>
internal sealed class KillStorage : IAsyncDisposable
{
    public const string Files = "files";
    public const string Azure = "azure";

    private readonly TempFolder _folder = new();
    private readonly AzuriteServer? _account;
    private readonly Dictionary<string, string> _variables = [];

    private KillStorage(AzuriteServer? account)
    {
        _account = account;
        if (account is null)
        {
            Content = new FileContentStore(State!, TimeProvider.System);
            return;
        }

        _variables["AzureWebJobsStorage"] = account.ConnectionString;
        Content = BlobContentStore.Open(new ConfigurationBuilder().AddInMemoryCollection(_variables!).Build());
    }

    /// <summary>The stored values, as another process reads them.</summary>
    public IContentStore Content { get; }

    /// <summary>The folder of the round's other files.</summary>
    public string Folder => _folder.Path;

    /// <summary>The state folder; null over an account.</summary>
    public string? State => _account is null ? _folder.Combine("state") : null;

    private string Kind => _account is null ? Files : Azure;

    /// <param name="kind"><see cref="Files"/> or <see cref="Azure"/>.</param>
    public static async Task<KillStorage> NewAsync(string kind) => new(kind switch
    {
        Files => null,
        Azure => await AzuriteServer.NewAsync(),
        _ => throw new ArgumentException($"'{kind}' is no storage.", nameof(kind)),
    });

    /// <summary>
    /// Starts a server with these variables. The one before it must be dead: then neither the lock of the folder nor the account's lease is waited
    /// for.
    /// </summary>
    public Task<ServeProcess> ServeAsync(IReadOnlyDictionary<string, string> variables, params string[] more) => ServeProcess.StartAsync(
        _folder.Combine("state"), _variables.Concat(variables).ToDictionary(), ["--allow-mocks", "--storage", Kind, .. more]);

    /// <summary>Runs a command over it, which must succeed.</summary>
    /// <exception cref="KillException">It failed.</exception>
    public async Task<ProcessResult> CommandAsync(params string[] args)
    {
        var result = await OrchestratorProcess.RunAsync(Folder, _variables, [.. args, "--state", _folder.Combine("state"), "--storage", Kind]);
        KillException.Unless(result.ExitCode == 0, $"'{string.Join(' ', args)}' ended with {result.ExitCode}: {result.Output}{result.Error}");
        return result;
    }

    public StoredRun Run(KillRun run) => new(Content, run.Id);

    /// <summary>How many attempts of all runs have a record.</summary>
    public async Task<int> CountRecordsAsync()
    {
        var records = 0;
        await foreach (var key in Content.ListAsync(ContentPrefix.Under("runs")))
        {
            if (key.Value.Split('/') is [_, var runId, "log-0.jsonl"])
            {
                records += (await new StoredRun(Content, runId).CheckpointsAsync()).Count;
            }
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        if (_account is not null)
        {
            await _account.DisposeAsync();
        }

        _folder.Dispose();
    }
}
