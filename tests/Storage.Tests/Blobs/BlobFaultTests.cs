using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Orchestrator.Testing.Azurite;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

[NeedsAzurite]
public sealed class BlobFaultTests : IAsyncLifetime
{
    private static readonly ContentKey Key = ContentKey.Of("runs", "r1", "run.json");

    private AzuriteServer _server = null!;
    private AzuriteContainer _container = null!;

    public async Task InitializeAsync()
    {
        _server = await AzuriteServer.SharedAsync();
        _container = new AzuriteContainer(_server);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [SuiteFact]
    public async Task Missing_container_reads_as_empty_and_is_created_by_the_first_write()
    {
        var store = _container.Open();

        Assert.Null(await store.GetAsync(Key));
        Assert.Null(await store.ReadFromAsync(Key, 0));
        Assert.False(await store.DeleteAsync(Key));
        Assert.Equal(0, await store.DeleteAsync(ContentPrefix.All));
        Assert.Empty(await store.ListAsync(ContentPrefix.All).ToListAsync());
        Assert.Null(await store.ReplaceAsync(Key, Bytes("x"), "\"0x1\""));
        Assert.False(await _container.Client.GetBlobsAsync().AnyAsync());

        Assert.NotNull(await store.CreateAsync(Key, Bytes("x")));
    }

    [SuiteFact]
    public async Task Put_of_twelve_megabytes_is_one_request_and_comes_back_whole()
    {
        var content = new byte[12 * 1024 * 1024];
        new Random(7).NextBytes(content);
        var store = _container.Open();

        await store.PutAsync(Key, content);

        Assert.True((await store.GetAsync(Key))!.Bytes.Span.SequenceEqual(content));
        var blocks =
            await new Azure.Storage.Blobs.Specialized.BlockBlobClient(_server.ConnectionString, _container.Name, Key.Value).GetBlockListAsync();
        Assert.Empty(blocks.Value.CommittedBlocks);
    }

    [SuiteFact]
    public async Task Create_whose_response_was_lost_succeeds()
    {
        var lost = LostAnswer.ToPut();
        await _container.Open().PutAsync(ContentKey.Of("container"), Bytes("x"));

        var etag = await _container.Open(faults: lost).CreateAsync(Key, Bytes("mine"));

        Assert.True(lost.Happened);
        Assert.Equal((await _container.Open().GetAsync(Key))!.ETag, etag);
    }

    [SuiteFact]
    public async Task Create_whose_response_was_lost_fails_when_another_writer_wrote_the_same_bytes()
    {
        await _container.Open().CreateAsync(Key, Bytes("same"));

        Assert.Null(await _container.Open(faults: LostAnswer.ToPut()).CreateAsync(Key, Bytes("same")));
    }

    [SuiteFact]
    public async Task Replace_whose_response_was_lost_succeeds()
    {
        var old = await _container.Open().PutAsync(Key, Bytes("old"));

        var etag = await _container.Open(faults: LostAnswer.ToPut()).ReplaceAsync(Key, Bytes("new"), old);

        Assert.Equal((await _container.Open().GetAsync(Key))!.ETag, etag);
        Assert.Equal("new", await TextAsync(_container.Open(), Key));
    }

    [SuiteFact]
    public async Task Delete_whose_response_was_lost_returns_true()
    {
        await _container.Open().PutAsync(Key, Bytes("x"));

        Assert.True(await _container.Open(faults: LostAnswer.ToDelete()).DeleteAsync(Key));
    }

    [SuiteFact]
    public async Task Value_has_the_age_by_the_clock_of_the_service()
    {
        await _container.Open().PutAsync(Key, Bytes("x"));

        Assert.InRange((await _container.Open().GetAsync(Key))!.Age!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [SuiteFact]
    public async Task Account_without_write_permission_is_reported_with_the_missing_role()
    {
        await _container.Open().PutAsync(Key, Bytes("x"));
        var signature = new BlobServiceClient(_server.ConnectionString).GenerateAccountSasUri(
            AccountSasPermissions.Read | AccountSasPermissions.List, DateTimeOffset.UtcNow.AddHours(1),
            AccountSasResourceTypes.All).Query.TrimStart('?');
        var store = _container.Open($"BlobEndpoint={_server.BlobEndpoint};SharedAccessSignature={signature}");

        Assert.Equal("x", await TextAsync(store, Key));
        var error = await Assert.ThrowsAsync<ContentStoreException>(() => store.PutAsync(Key, Bytes("y")));

        Assert.StartsWith(
            $"Cannot use '{Key}' in the container '{_container.Name}' of the storage account 'devstoreaccount1': permission denied", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("Storage Blob Data Contributor", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(signature[^20..], error.ToString(), StringComparison.Ordinal);
    }

    [SuiteFact]
    public async Task Unknown_account_is_not_an_empty_store()
    {
        var endpoint = _server.BlobEndpoint.ToString().Replace(AzuriteServer.AccountName, "other", StringComparison.Ordinal);
        var store = _container.Open(
            $"DefaultEndpointsProtocol=http;AccountName=other;AccountKey={AzuriteServer.AccountKey};BlobEndpoint={endpoint};");

        foreach (var call in (Func<Task>[])[() => store.GetAsync(Key), () =>
            store.ReadFromAsync(Key, 0), () => store.ListAsync(ContentPrefix.All).ToListAsync().AsTask(), () => store.DeleteAsync(Key)])
        {
            var error = await Assert.ThrowsAsync<ContentStoreException>(call);
            Assert.Contains(
                "there is no such account at its address (ResourceNotFound). Check the account's name and address in AzureWebJobsStorage.",
                error.Message, StringComparison.Ordinal);
        }
    }

    [SuiteFact]
    public async Task Wrong_key_is_reported_and_not_shown()
    {
        var wrong = Convert.ToBase64String(Bytes(new string('k', 64)));
        var store = _container.Open(_server.ConnectionString.Replace(AzuriteServer.AccountKey, wrong, StringComparison.Ordinal));

        foreach (var call in (Func<Task>[])[() => store.PutAsync(Key, Bytes("x")), () =>
            store.AppendAsync(Key, Bytes("x")), () => store.GetAsync(Key), () => store.DeleteAsync(ContentPrefix.All)])
        {
            var error = await Assert.ThrowsAsync<ContentStoreException>(call);
            Assert.Contains(
                "'devstoreaccount1': the account does not accept this key, signature or machine", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(wrong, error.ToString(), StringComparison.Ordinal);
        }
    }

    [SuiteFact]
    public async Task Unreachable_account_is_reported_and_keeps_its_values()
    {
        await using var server = await AzuriteServer.NewAsync();
        var store = new AzuriteContainer(server).Open();
        await store.PutAsync(Key, Bytes("kept"));
        await store.AppendAsync(ContentKey.Of("log"), Bytes("one\n"));
        await server.StopAsync();

        var error = await Assert.ThrowsAsync<ContentStoreException>(() => store.GetAsync(Key));
        Assert.Contains(
            $"'devstoreaccount1': http://127.0.0.1:{server.BlobEndpoint.Port} does not answer. Start Azurite (docs/azurite.md).", error.Message,
            StringComparison.Ordinal);
        Assert.Equal(Key.Value, error.Location);
        await Assert.ThrowsAsync<ContentStoreException>(() => store.AppendAsync(ContentKey.Of("log"), Bytes("lost\n")));

        await server.StartAsync();
        Assert.Equal("kept", await TextAsync(store, Key));
        Assert.Equal(8, await store.AppendAsync(ContentKey.Of("log"), Bytes("two\n")));
    }

    [SuiteFact]
    public async Task Foreign_blobs_are_ignored()
    {
        var store = _container.Open();
        await store.PutAsync(Key, Bytes("x"));
        await _container.Client.UploadBlobAsync("a name with a space", BinaryData.FromString("x"));

        Assert.Equal([Key], await store.ListAsync(ContentPrefix.All).ToListAsync());
        Assert.Equal(1, await store.DeleteAsync(ContentPrefix.All));
    }
}
