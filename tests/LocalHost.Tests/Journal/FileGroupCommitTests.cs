using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

public sealed class FileGroupCommitTests : IDisposable
{
    private static readonly JournalId Id = new("a", 0);

    private readonly TempFolder _folder = new();
    private readonly GatedDevice _device = new();

    public void Dispose()
    {
        _folder.Dispose();
        _device.Dispose();
    }

    [Fact]
    public async Task Appends_during_a_flush_share_the_next_one()
    {
        await using var journal = FileJournal.Open(_folder.Path, null, _device);
        var first = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        var rest = Enumerable.Range(1, 500).Select(i => journal.AppendAsync(Id, i, "1"u8.ToArray())).ToArray();
        Assert.False(first.IsCompleted);
        _device.Release();
        await first;
        _device.WaitUntilFlushing();
        Assert.DoesNotContain(rest, append => append.IsCompleted);
        _device.Release();
        await Task.WhenAll(rest);
        Assert.Equal(2, _device.Flushes);
    }

    [Fact]
    public async Task Records_of_one_append_share_a_flush()
    {
        _device.Open();
        await using var journal = FileJournal.Open(_folder.Path, null, _device);
        await journal.AppendAsync(Id, 0, Enumerable.Range(0, 100).Select(_ => (ReadOnlyMemory<byte>)"1"u8.ToArray()).ToList());
        Assert.Equal(1, _device.Flushes);
        Assert.Equal(100, (await ReadAsync(journal)).Count);
    }

    [Fact]
    public async Task Single_append_is_flushed_at_once_without_a_timer()
    {
        await using var journal = FileJournal.Open(_folder.Path, new FakeTimeProvider(), _device);
        var append = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        _device.Release();
        await append;
        Assert.Equal(1, _device.Flushes);
    }

    [Fact]
    public async Task Undurable_record_cannot_be_read()
    {
        await using var journal = FileJournal.Open(_folder.Path, null, _device);
        var append = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        Assert.Empty(await ReadAsync(journal));
        _device.Release();
        await append;
        Assert.Single(await ReadAsync(journal));
    }

    [Fact]
    public async Task Failed_flush_fails_all_waiting_appends_and_the_history_accepts_no_more()
    {
        await using var journal = FileJournal.Open(_folder.Path, null, _device);
        var first = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        var second = journal.AppendAsync(Id, 1, "1"u8.ToArray());
        _device.Fail(new IOException("No space left on device."));
        var error = await Assert.ThrowsAsync<JournalException>(() => first);
        Assert.Contains("No space left on device.", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<JournalException>(() => second);
        await Assert.ThrowsAsync<JournalException>(() => journal.AppendAsync(Id, 2, "2"u8.ToArray()));
    }

    [Fact]
    public async Task Failure_of_one_history_does_not_affect_others()
    {
        await using var journal = FileJournal.Open(_folder.Path, null, _device);
        var first = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        _device.Fail(new IOException("Broken."));
        await Assert.ThrowsAsync<JournalException>(() => first);
        var other = journal.AppendAsync(new JournalId("b", 0), 0, "0"u8.ToArray());
        _device.WaitUntilFlushing();
        _device.Release();
        await other;
    }

    [Fact]
    public async Task Dispose_flushes_what_was_appended()
    {
        _device.Open();
        var journal = FileJournal.Open(_folder.Path, null, _device);
        var appends = Enumerable.Range(0, 100).Select(i => journal.AppendAsync(Id, i, "1"u8.ToArray())).ToArray();
        await journal.DisposeAsync();
        Assert.All(appends, append => Assert.True(append.IsCompletedSuccessfully));
        await using var reopened = FileJournal.Open(_folder.Path);
        Assert.Equal(100, (await ReadAsync(reopened)).Count);
    }

    private static async Task<List<byte[]>> ReadAsync(IJournal journal)
    {
        var records = new List<byte[]>();
        await foreach (var record in journal.ReadAsync(Id))
        {
            records.Add(record.ToArray());
        }

        return records;
    }

    /// <summary>A disk whose every flush waits for the test, and is counted.</summary>
    private sealed class GatedDevice : JournalDevice, IDisposable
    {
        private readonly SemaphoreSlim _entered = new(0);
        private readonly SemaphoreSlim _allowed = new(0);
        private Exception? _failure;
        private bool _open;

        public int Flushes { get; private set; }

        public void WaitUntilFlushing() => Assert.True(_entered.Wait(TimeSpan.FromSeconds(30)), "No flush began.");

        public void Release() => _allowed.Release();

        public void Fail(Exception failure)
        {
            _failure = failure;
            _allowed.Release();
        }

        public void Open() => _open = true;

        public void Dispose()
        {
            _entered.Dispose();
            _allowed.Dispose();
        }

        public override void Flush(SafeFileHandle file)
        {
            if (!_open)
            {
                _entered.Release();
                _allowed.Wait();
            }

            if (_failure is { } failure)
            {
                _failure = null;
                throw failure;
            }

            Flushes++;
            base.Flush(file);
        }
    }
}
