using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

/// <summary>The journal on files, made durable by a write-ahead log of the folder above, as in a state folder.</summary>
public sealed class LoggedFileJournalTests : JournalContractTests
{
    private readonly TempFolder _folder = new();
    private readonly WriteAheadLog? _log;

    public LoggedFileJournalTests() => _log = WriteAheadLog.TryOpen(_folder.Path);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _log?.Dispose();
        _folder.Dispose();
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(FileJournal.Open(_folder.Combine("journal"), log: _log));

    [Fact]
    public async Task Delete_of_the_only_history_leaves_the_journal_usable()
    {
        await using var journal = FileJournal.Open(_folder.Combine("journal"), log: _log);
        var id = new JournalId("a", 0);
        await journal.AppendAsync(id, 0, "1"u8.ToArray());

        await journal.DeleteAsync(id);

        Assert.Empty(await journal.ListAsync().ToListAsync());
        await journal.AppendAsync(id, 0, "2"u8.ToArray());
        Assert.Equal([id], await journal.ListAsync().ToListAsync());
    }
}
