using System.Text;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

[NeedsAzurite]
public sealed class BlobGroupCommitTests : IDisposable
{
    private static readonly JournalId Id = new("a", 0);

    private readonly WatchedTransport _network = new();

    public void Dispose() => _network.Dispose();

    [SuiteFact]
    public async Task Records_that_arrive_during_an_append_share_the_next_one()
    {
        var (reached, answer) = (NewSource(), NewSource());
        _network.AfterAppend = n => n == 1 ? HoldAsync(reached, answer) : Task.CompletedTask;
        await using var journal = await OpenAsync();
        var first = journal.AppendAsync(Id, 0, "0"u8.ToArray());
        await reached.Task.WaitAsync(HostExtensions.Patience);
        var rest = Enumerable.Range(1, 500).Select(i => journal.AppendAsync(Id, i, Encoding.UTF8.GetBytes($"{i}"))).ToArray();
        Assert.False(first.IsCompleted);
        Assert.DoesNotContain(rest, append => append.IsCompleted);
        answer.SetResult();
        await Task.WhenAll([first, .. rest]).WaitAsync(HostExtensions.Patience);
        Assert.Equal(2, _network.Appends);
    }

    [SuiteFact]
    public async Task Block_of_several_records_holds_no_more_than_four_megabytes()
    {
        var (reached, answer) = (NewSource(), NewSource());
        _network.AfterAppend = n => n == 1 ? HoldAsync(reached, answer) : Task.CompletedTask;
        await using var journal = await OpenAsync();
        var megabyte = Encoding.UTF8.GetBytes($"\"{new string('x', 1024 * 1024)}\"");
        var appends = new List<Task> { journal.AppendAsync(Id, 0, megabyte) };
        await reached.Task.WaitAsync(HostExtensions.Patience);
        appends.AddRange(Enumerable.Range(1, 6).Select(i => journal.AppendAsync(Id, i, megabyte)));
        answer.SetResult();
        await Task.WhenAll(appends).WaitAsync(HostExtensions.Patience);
        Assert.Equal(3, _network.Appends);
    }

    [SuiteFact]
    public async Task Lost_response_is_recognized_and_nothing_is_stored_twice()
    {
        _network.AfterAppend = n => n is 1 or 3 ? throw new IOException("The connection was reset.") : Task.CompletedTask;
        await using var journal = await OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            await journal.AppendAsync(Id, i, Encoding.UTF8.GetBytes($"{i}")).WaitAsync(HostExtensions.Patience);
        }

        var records = new List<string>();
        await foreach (var record in journal.ReadAsync(Id))
        {
            records.Add(Encoding.UTF8.GetString(record.Span));
        }

        Assert.Equal(["0", "1", "2", "3"], records);
        Assert.Equal(6, _network.Appends);
    }

    [SuiteFact]
    public async Task Histories_are_written_at_the_same_time_but_no_more_requests_than_allowed()
    {
        await using var journal = await OpenAsync(new BlobJournalOptions { MaxConcurrentRequests = 3 });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => journal.AppendAsync(new JournalId($"i{i}", 0), 0, "1"u8.ToArray())))
            .WaitAsync(HostExtensions.Patience);
        Assert.Equal(3, _network.MostAtOnce);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task HoldAsync(TaskCompletionSource reached, TaskCompletionSource answer)
    {
        reached.SetResult();
        return answer.Task;
    }

    private async Task<BlobJournal> OpenAsync(BlobJournalOptions? options = null) =>
        await BlobJournal.OpenAsync(TestContainer.Of(await AzuriteServer.SharedAsync(), TestContainer.NewName(), _network), options: options);
}
