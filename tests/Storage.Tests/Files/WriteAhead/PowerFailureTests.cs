using System.Globalization;
using System.Text;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files.WriteAhead;

/// <summary>What was confirmed is there after a power failure, whatever of the files was written until then.</summary>
public sealed class PowerFailureTests
{
    private const string InMemory = "/dev/shm";
    private const int Crashes = 3;

    /// <summary>Small, so that segments are deleted meanwhile.</summary>
    private const long MaxSegment = 3_000;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Confirmed_writes_survive(int group)
    {
        for (var seed = group * 20; seed < (group + 1) * 20; seed++)
        {
            using var folder = new TempFolder(Directory.Exists(InMemory) ? InMemory : null);
            var random = new Random(seed);
            var model = new WrittenModel(folder.Path, random);
            for (var crash = 0; crash <= Crashes; crash++)
            {
                using (var log = WriteAheadLog.Open(folder.Path, Boot(crash), MaxSegment))
                {
                    var store = new FileContentStore(folder.Path, TimeProvider.System, log: log);
                    await model.CheckAsync(store, string.Create(CultureInfo.InvariantCulture, $"seed {seed}, crash {crash}"));
                    for (var writes = random.Next(1, 40); writes > 0; writes--)
                    {
                        await model.WriteAsync(store);
                    }

                    await log.Discarded;
                }

                new PowerFailure(folder.Path, random).Strike(model.FlushedTo);
            }
        }
    }

    private static string Boot(int crash) => string.Create(CultureInfo.InvariantCulture, $"boot {crash}");
}

/// <summary>Writes to a store, and knows what was confirmed.</summary>
internal sealed class WrittenModel(string root, Random random)
{
    private static readonly ContentKey[] Values = [.. Enumerable.Range(0, 3).Select(number => ContentKey.Of("values", $"{number}", "value"))];
    private static readonly ContentKey[] Logs = [.. Enumerable.Range(0, 3).Select(number => ContentKey.Of("logs", $"{number}", "log"))];

    private readonly Dictionary<ContentKey, string> _confirmed = [];
    private readonly Dictionary<ContentKey, string> _unflushed = [];
    private (long Segment, long Length) _flushed;
    private int _writes;

    /// <summary>The length of the newest segment of the log when it was last flushed, in bytes.</summary>
    public long FlushedTo => Newest() is var (segment, length) && _flushed.Segment == segment ? Math.Min(_flushed.Length, length) : WalSegment.Start;

    public async Task WriteAsync(IContentStore store)
    {
        var text = new string((char)('a' + (_writes % 26)), random.Next(20) == 0 ? 300_000 : random.Next(1, 400));
        _writes++;
        var value = Values[random.Next(Values.Length)];
        var log = Logs[random.Next(Logs.Length)];
        switch (random.Next(7))
        {
            case 0:
                await store.PutAsync(value, Bytes(text));
                Confirm((value, text));
                break;
            case 1 when await store.CreateAsync(value, Bytes(text)) is not null:
                Confirm((value, text));
                break;
            case 2 when await store.GetAsync(value) is { } present:
                Assert.NotNull(await store.ReplaceAsync(value, Bytes(text), present.ETag));
                Confirm((value, text));
                break;
            case 3:
                await store.DeleteAsync(random.Next(2) == 0 ? value : log);
                await store.DeleteAsync(value);
                await store.DeleteAsync(log);
                Confirm((value, null), (log, null));
                break;
            case 4:
                await store.AppendAsync(log, Bytes(text + "\n"), flush: false);
                _unflushed[log] = _unflushed.GetValueOrDefault(log, "") + text + "\n";
                break;
            case 5:
                await store.WriteAsync([ContentWrite.Append(log, Bytes(text + "\n")), ContentWrite.Put(value, Bytes(text))]);
                Confirm((log, text + "\n"), (value, text));
                break;
            default:
                await store.AppendAsync(log, Bytes(text + "\n"));
                Confirm((log, text + "\n"));
                break;
        }
    }

    /// <summary>Compares the store with what was confirmed, and goes on from what of the unflushed appends is there.</summary>
    public async Task CheckAsync(IContentStore store, string place)
    {
        foreach (var value in Values)
        {
            Assert.True(_confirmed.GetValueOrDefault(value) == await TextAsync(store, value), $"{place}: {value} differs");
        }

        foreach (var log in Logs)
        {
            // Its incomplete last line is not read, and what is behind the last confirmed append may be there or not, damaged or not.
            var (confirmed, text) = (_confirmed.GetValueOrDefault(log, ""), await TextAsync(store, log) ?? "");
            Assert.True(text.StartsWith(confirmed, StringComparison.Ordinal), $"{place}: {log} lost a confirmed append");
            _confirmed[log] = text[..(text.LastIndexOf('\n') + 1)];
            if (_confirmed[log].Length == 0)
            {
                _confirmed.Remove(log);
            }
        }

        _unflushed.Clear();
        _flushed = Newest();
    }

    private void Confirm(params ReadOnlySpan<(ContentKey Key, string? Text)> written)
    {
        // A flushed write makes durable what was recorded before it.
        foreach (var (key, text) in _unflushed)
        {
            _confirmed[key] = _confirmed.GetValueOrDefault(key, "") + text;
        }

        _unflushed.Clear();
        _flushed = Newest();
        foreach (var (key, text) in written)
        {
            if (text is null)
            {
                _confirmed.Remove(key);
            }
            else
            {
                _confirmed[key] = Logs.Contains(key) ? _confirmed.GetValueOrDefault(key, "") + text : text;
            }
        }
    }

    private (long Segment, long Length) Newest()
    {
        var folder = Path.Join(root, "~wal");
        if (!Directory.Exists(folder) || WalSegment.NumbersIn(folder) is not { Count: > 0 } numbers)
        {
            return default;
        }

        using var segment = WalSegment.Open(folder, numbers[^1]);
        return (numbers[^1], segment.Length);
    }

    private static async Task<string?> TextAsync(IContentStore store, ContentKey key) =>
        await store.GetAsync(key) is { } content ? Encoding.UTF8.GetString(content.Bytes.Span) : null;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
