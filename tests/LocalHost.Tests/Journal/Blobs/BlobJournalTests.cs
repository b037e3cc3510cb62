using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Testing;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

[NeedsAzurite]
public sealed class BlobJournalTests : JournalContractTests
{
    private static readonly BlobJournalOptions Foreign = new() { Folder = "foreign" };

    private readonly string _container = TestContainer.NewName();

    protected override async Task<IJournal> OpenAsync() => await BlobJournal.OpenAsync(await ContainerAsync());

    [SuiteFact]
    public async Task History_continues_in_another_blob_and_is_read_as_one()
    {
        var container = await ContainerAsync();
        var options = new BlobJournalOptions { Folder = "rolling", BlocksPerSegment = 3 };
        for (var opened = 0; opened < 3; opened++)
        {
            await using var journal = await BlobJournal.OpenAsync(container, options: options);
            for (var i = 0; i < 5; i++)
            {
                var at = (5 * opened) + i;
                await journal.AppendAsync(Id("a"), at, Encoding.UTF8.GetBytes($"{at}"));
            }

            Assert.Equal(Enumerable.Range(0, 5 * (opened + 1)).Select(i => $"{i}"), await ReadAsync(journal, "a"));
        }

        var segments = await BlobsAsync(container, "rolling/instances/");
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"rolling/instances/a~0.jsonl/0000{i}"), segments);
    }

    [SuiteFact]
    public async Task Segments_are_the_lines_of_a_history_file()
    {
        using var folder = new TempFolder();
        var container = await ContainerAsync();
        await using var file = FileJournal.Open(folder.Path);
        await using var journal = await BlobJournal.OpenAsync(container, options: new BlobJournalOptions { Folder = "same", BlocksPerSegment = 2 });
        for (var i = 0; i < 5; i++)
        {
            await file.AppendAsync(Id("a"), i, Encoding.UTF8.GetBytes($"{{\"i\":{i}}}"));
            await journal.AppendAsync(Id("a"), i, Encoding.UTF8.GetBytes($"{{\"i\":{i}}}"));
        }

        var text = string.Empty;
        foreach (var name in await BlobsAsync(container, "same/instances/"))
        {
            text += (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToString();
        }

        Assert.Equal(await File.ReadAllTextAsync(folder.Combine("instances/a~0.jsonl")), text);
    }

    [SuiteFact]
    public async Task Delete_removes_all_segments_and_listing_removes_the_rest_of_an_interrupted_delete()
    {
        var container = await ContainerAsync();
        var options = new BlobJournalOptions { Folder = "deleting", BlocksPerSegment = 1 };
        await using var journal = await BlobJournal.OpenAsync(container, options: options);
        foreach (var id in (string[])["a", "b", "c"])
        {
            for (var i = 0; i < 3; i++)
            {
                await journal.AppendAsync(Id(id), i, "1"u8.ToArray());
            }
        }

        await journal.DeleteAsync(Id("a"));
        await container.DeleteBlobAsync("deleting/instances/b~0.jsonl/00000");
        var listed = new List<JournalId>();
        await foreach (var id in journal.ListAsync())
        {
            listed.Add(id);
        }

        Assert.Equal([Id("c")], listed);
        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"deleting/instances/c~0.jsonl/0000{i}"), await BlobsAsync(container, "deleting/instances/"));
    }

    [SuiteFact]
    public async Task Missing_segment_in_the_middle_is_corruption()
    {
        var container = await ContainerAsync();
        var options = new BlobJournalOptions { Folder = "gap", BlocksPerSegment = 1 };
        await using (var journal = await BlobJournal.OpenAsync(container, options: options))
        {
            for (var i = 0; i < 3; i++)
            {
                await journal.AppendAsync(Id("a"), i, "1"u8.ToArray());
            }
        }

        await container.DeleteBlobAsync("gap/instances/a~0.jsonl/00001");
        await using var reopened = await BlobJournal.OpenAsync(container, options: options);
        var error = await Assert.ThrowsAsync<JournalCorruptException>(() => ReadAsync(reopened, "a"));
        Assert.Equal(($"devstoreaccount1/{_container}/gap/instances/a~0.jsonl/00001", 2L, 0L), (error.Location, error.Record, error.Offset));
    }

    [SuiteTheory]
    [InlineData("{\"v\":1,\"n\":2,\"crc", 2, "has no line break at its end")]
    [InlineData("garbage\n", 2, "does not begin as a record does")]
    public async Task Foreign_bytes_are_corruption_and_are_kept(string bytes, int record, string problem)
    {
        var container = await ContainerAsync();
        await using (var journal = await BlobJournal.OpenAsync(container, options: Foreign))
        {
            await journal.AppendAsync(Id("bad"), 0, """{"type":"TimerFired","at":"2030-01-01T00:00:00Z","id":0}"""u8.ToArray());
        }

        var blob = container.GetAppendBlobClient("foreign/instances/bad~0.jsonl/00000");
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(bytes));
        await blob.AppendBlockAsync(content);
        var before = (await blob.DownloadContentAsync()).Value.Content.ToString();
        await using var host =
            await LocalDurableHost.StartAsync(b => b.Journal = BlobJournal.OpenAsync(container, options: Foreign).GetAwaiter().GetResult());
        var error = Assert.IsType<JournalCorruptException>(host.RefusedInstances["bad"]);
        Assert.Equal(record, error.Record);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, (await blob.DownloadContentAsync()).Value.Content.ToString());
    }

    [SuiteFact]
    public async Task Second_writer_cannot_interleave_and_gets_an_error()
    {
        var container = await ContainerAsync();
        await using var journal = await BlobJournal.OpenAsync(container, options: Foreign);
        await journal.AppendAsync(Id("shared"), 0, "1"u8.ToArray());
        var blob = container.GetAppendBlobClient("foreign/instances/shared~0.jsonl/00000");
        using var content = new MemoryStream("someone else's\n"u8.ToArray());
        await blob.AppendBlockAsync(content);
        var error = await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Id("shared"), 1, "2"u8.ToArray()));
        Assert.Contains($"devstoreaccount1/{_container}/foreign/instances/shared~0.jsonl/00000", error.Message, StringComparison.Ordinal);
        Assert.Contains("it has other content", error.Message, StringComparison.Ordinal);
        Assert.Same(error, await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Id("shared"), 2, "3"u8.ToArray())));
        Assert.EndsWith("someone else's\n", (await blob.DownloadContentAsync()).Value.Content.ToString(), StringComparison.Ordinal);
        await journal.AppendAsync(Id("other"), 0, "1"u8.ToArray());
    }

    private static async Task<List<string>> ReadAsync(BlobJournal journal, string instanceId)
    {
        var records = new List<string>();
        await foreach (var record in journal.ReadAsync(Id(instanceId)))
        {
            records.Add(Encoding.UTF8.GetString(record.Span));
        }

        return records;
    }

    private static async Task<List<string>> BlobsAsync(BlobContainerClient container, string prefix)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, CancellationToken.None))
        {
            names.Add(blob.Name);
        }

        return names;
    }

    private async Task<BlobContainerClient> ContainerAsync() => TestContainer.Of(await AzuriteServer.SharedAsync(), _container);
}
