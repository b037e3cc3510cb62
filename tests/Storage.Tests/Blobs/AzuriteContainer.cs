using System.Text;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Orchestrator.Storage.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests.Blobs;

/// <summary>A container of one test, which does not exist until a store makes it.</summary>
internal sealed class AzuriteContainer(AzuriteServer server)
{
    public string Name { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>A client beside the store, to look at what it made.</summary>
    public BlobContainerClient Client => new(server.ConnectionString, Name);

    public static async Task<AzuriteContainer> NewAsync() => new(await AzuriteServer.SharedAsync());

    /// <summary>A store of its own, as another process would have it.</summary>
    public BlobContentStore Open(int maxBlocks = 49_000, params LostAnswer[] faults) => Open(server.ConnectionString, maxBlocks, faults);

    public BlobContentStore Open(string connectionString, int maxBlocks = 49_000, params LostAnswer[] faults) =>
        new(Account(connectionString, faults), Name, maxBlocks);

    public static BlobAccount Account(string connectionString, params LostAnswer[] faults) => BlobAccount.Read(
        Settings(("AzureWebJobsStorage", connectionString)),
        BlobAccount.DefaultSetting,
        options =>
        {
            options.Retry.Delay = TimeSpan.FromMilliseconds(1);
            options.Retry.MaxDelay = TimeSpan.FromMilliseconds(1);
            foreach (var fault in faults)
            {
                options.AddPolicy(fault, Azure.Core.HttpPipelinePosition.BeforeTransport);
            }
        });

    public static IConfiguration Settings(params (string Name, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        .Build();

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static async Task<string?> TextAsync(IContentStore store, ContentKey key) =>
        await store.GetAsync(key) is { } stored ? Encoding.UTF8.GetString(stored.Bytes.Span) : null;
}
