using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Records;
using Orchestrator.Cli.Hosting;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Cli.Tests.Hosting;

public sealed class WatchedContentStoreTests : IDisposable
{
    private static readonly ContentKey Key = ContentKey.Of("runs", "mine", "control.json");

    private static readonly ContentPrefix Run = ContentPrefix.Under("runs", "mine");

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_that_fails_counts_from_its_first_failure_or_the_signal_until_it_succeeds()
    {
        var least = TimeSpan.FromSeconds(30);
        var store = new WatchedContentStore(new FileContentStore(_folder.Path, _time, StoreFolders.All), _time);
        await File.WriteAllTextAsync(_folder.Combine("runs"), "in the way");
        await Assert.ThrowsAsync<ContentStoreException>(() => store.PutAsync(Key, "1"u8.ToArray()));
        _time.Advance(TimeSpan.FromSeconds(20));
        var signal = _time.GetTimestamp();
        await Assert.ThrowsAsync<ContentStoreException>(() => store.PutAsync(Key, "1"u8.ToArray()));
        _time.Advance(TimeSpan.FromSeconds(29));

        Assert.Null(store.FindFailure(Run, least, signal));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(store.FindFailure(Run, least, signal));

        File.Delete(_folder.Combine("runs"));
        await store.PutAsync(Key, "1"u8.ToArray());
        Assert.Null(store.FindFailure(Run, least, signal));
    }

    [Theory]
    [InlineData("cache/0a1b")]
    [InlineData("runs/mine-too/run.json")]
    public async Task Write_that_is_no_part_of_the_run_does_not_count(string key)
    {
        var store = new WatchedContentStore(new FileContentStore(_folder.Path, _time, StoreFolders.All), _time);
        await File.WriteAllTextAsync(_folder.Combine(key.Split('/')[0]), "in the way");
        await Assert.ThrowsAsync<ContentStoreException>(() => store.PutAsync(ContentKey.Of(key.Split('/')), "1"u8.ToArray()));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Null(store.FindFailure(Run, TimeSpan.FromSeconds(30), 0));
    }
}
