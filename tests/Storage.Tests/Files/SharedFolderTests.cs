using System.Globalization;
using System.Text;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

/// <summary>Two stores on one folder, as two processes have them: no lock in common, only the file system.</summary>
[Trait("Trust", "12")]
public class SharedFolderTests : IDisposable
{
    private const int Rounds = 100;

    private readonly TempFolder _folder = new();
    private readonly List<WriteAheadLog?> _logs;
    private readonly FileContentStore[] _stores;

    public SharedFolderTests()
        : this(isLogged: false)
    {
    }

    protected SharedFolderTests(bool isLogged)
    {
        _logs = [.. Enumerable.Range(0, 2).Select(_ => isLogged ? WriteAheadLog.TryOpen(_folder.Path) : null)];
        _stores = [.. _logs.Select(log => new FileContentStore(_folder.Path, TimeProvider.System, log: log))];
    }

    public void Dispose()
    {
        _logs.ForEach(log => log?.Dispose());
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Replace_of_one_value_by_two_stores_succeeds_once()
    {
        var key = ContentKey.Of("k", "one");
        var etag = await _stores[0].PutAsync(key, Encoding.UTF8.GetBytes("0"));
        for (var round = 1; round <= Rounds; round++)
        {
            var before = etag;
            var replaced = await TogetherAsync((store, number) => store.ReplaceAsync(key, Encoding.UTF8.GetBytes($"{round}-{number}"), before));

            etag = Assert.Single(replaced, one => one is not null)!;
            Assert.Equal(etag, (await _stores[0].GetAsync(key))!.ETag);
        }
    }

    [Fact]
    public async Task Append_by_several_processes_loses_nothing_and_returns_positions()
    {
        var key = ContentKey.Of("k", "log");
        var ends = new HashSet<long>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var end in await TogetherAsync((store, number) => store.AppendAsync(key, Encoding.UTF8.GetBytes($"{round:D4}-{number}\n"))))
            {
                Assert.True(ends.Add(end), $"two appends end at {end}");
            }
        }

        var lines = Encoding.UTF8.GetString((await _stores[0].GetAsync(key))!.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(0, Rounds).SelectMany(round => new[] { $"{round:D4}-0", $"{round:D4}-1" }), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Counting_by_compare_and_swap_counts_everything()
    {
        var key = ContentKey.Of("k", "count");
        await _stores[0].PutAsync(key, Encoding.UTF8.GetBytes("0"));

        await TogetherAsync(async (store, _) =>
        {
            for (var done = 0; done < Rounds;)
            {
                var present = (await store.GetAsync(key))!;
                var next = int.Parse(Encoding.UTF8.GetString(present.Bytes.Span), CultureInfo.InvariantCulture) + 1;
                done += await store.ReplaceAsync(key, Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture)), present.ETag) is null
                    ? 0
                    : 1;
            }

            return true;
        });

        Assert.Equal((2 * Rounds).ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString((await _stores[0].GetAsync(key))!.Bytes.Span));
    }

    private async Task<T[]> TogetherAsync<T>(Func<FileContentStore, int, Task<T>> work)
    {
        using var barrier = new Barrier(_stores.Length);
        return await Task.WhenAll(_stores.Select((store, number) => Task.Run(() =>
        {
            barrier.SignalAndWait();
            return work(store, number);
        })));
    }
}

/// <summary>The same through a write-ahead log, which the two share.</summary>
public sealed class LoggedSharedFolderTests() : SharedFolderTests(isLogged: true);
