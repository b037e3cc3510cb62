using System.Text;
using Orchestrator.Testing;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Storage.Tests;

/// <summary>An operation that fails a few times succeeds as if it had not.</summary>
public sealed class RetryingContentStoreTests
{
    private static readonly ContentKey Key = ContentKey.Of("key");

    private readonly SteppedTimeProvider _time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failed_writes_that_may_have_happened_are_retried(bool happens)
    {
        var failing = new FailingStore { Happens = happens };
        var store = new RetryingContentStore(failing, _time);

        var created = await AfterAsync(failing, () => store.CreateAsync(Key, Bytes("one")));
        Assert.Equal((await store.GetAsync(Key))!.ETag, created);
        var replaced = await AfterAsync(failing, () => store.ReplaceAsync(Key, Bytes("two"), created!));
        Assert.Equal((await store.GetAsync(Key))!.ETag, replaced);
        await AfterAsync(failing, () => store.PutAsync(Key, Bytes("three")));
        Assert.Equal("three", Text((await AfterAsync(failing, () => store.GetAsync(Key)))!.Bytes));
        Assert.Null(await AfterAsync(failing, () => store.CreateAsync(Key, Bytes("four"))));
        await AfterAsync(failing, () => store.DeleteAsync(Key));
        Assert.Null(await store.GetAsync(Key));
    }

    /// <summary>No timer is needed: the failure comes at once.</summary>
    [Fact]
    public async Task Write_that_finds_the_disk_full_is_not_retried()
    {
        var tries = 0;
        var failing = new FailingStore
        {
            OnOperation = _ =>
            {
                tries++;
                throw new ContentStoreException("disk", "full") { IsFull = true };
            },
        };

        await Assert.ThrowsAsync<ContentStoreException>(() => new RetryingContentStore(failing, _time).PutAsync(Key, Bytes("one")));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task Append_that_happened_and_was_reported_as_failed_is_stored_twice()
    {
        var failing = new FailingStore { Happens = true };
        var store = new RetryingContentStore(failing, _time);

        await AfterAsync(failing, () => store.AppendAsync(Key, Bytes("line\n")), failures: 1);

        Assert.Equal("line\nline\n", Text((await store.ReadFromAsync(Key, 0))!.Bytes));
    }

    /// <summary>The double fails one write of the batch after it happened: the create, then the replacement, then the append.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Batch_whose_write_happened_and_was_reported_as_failed_is_made_once(int failing)
    {
        var (inner, log, value) = (new FailingStore { Happens = true }, ContentKey.Of("log"), ContentKey.Of("value"));
        var store = new RetryingContentStore(inner, _time);
        var etag = await store.PutAsync(value, Bytes("old"));
        var operations = 0;
        inner.OnOperation = _ => inner.Failures = ++operations == failing ? 1 : 0;

        var made = await AfterAsync(
            inner,
            () => store.WriteAsync([ContentWrite.Create(Key, Bytes("new")), ContentWrite.Replace(value, Bytes("newer"), etag), ContentWrite.Append(log, Bytes("line\n"))]),
            failures: 0);

        Assert.Equal([(await store.GetAsync(Key))!.ETag, (await store.GetAsync(value))!.ETag, null], made.Select(write => write.ETag));
        Assert.Equal("newer", Text((await store.GetAsync(value))!.Bytes));
        Assert.Equal(failing == 3 ? "line\nline\n" : "line\n", Text((await store.ReadFromAsync(log, 0))!.Bytes));
    }

    [Fact]
    public async Task Create_that_fails_and_is_overtaken_by_another_writer_returns_null()
    {
        var failing = new FailingStore();
        var store = new RetryingContentStore(failing, _time);
        failing.OnOperation = inner =>
        {
            if (failing.Failures == 0)
            {
                failing.OnOperation = null;
                inner.PutAsync(Key, Bytes("another's"));
            }
        };

        Assert.Null(await AfterAsync(failing, () => store.CreateAsync(Key, Bytes("mine")), failures: 1));
        Assert.Equal("another's", Text((await store.GetAsync(Key))!.Bytes));
    }

    [Fact]
    public async Task Operation_that_fails_four_times_fails()
    {
        var failing = new FailingStore();
        var store = new RetryingContentStore(failing, _time);

        await Assert.ThrowsAsync<ContentStoreException>(() => AfterAsync(failing, () => store.PutAsync(Key, Bytes("x")), failures: 4));
    }

    [Fact]
    public async Task Operation_that_waits_for_its_retry_can_be_cancelled()
    {
        var failing = new FailingStore { Failures = 1 };
        var store = new RetryingContentStore(failing, _time);
        using var cancellation = new CancellationTokenSource();

        var put = store.PutAsync(Key, Bytes("x"), cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
    }

    /// <summary>Lets the operation fail so often, and the time between its tries pass.</summary>
    private async Task<T> AfterAsync<T>(FailingStore failing, Func<Task<T>> operation, int failures = 3)
    {
        failing.Failures = failures;
        var result = operation();
        while (await Task.WhenAny(result, _time.WhenTimersAsync()) != result)
        {
            _time.AdvanceToNextTimer();
        }

        return await result;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
