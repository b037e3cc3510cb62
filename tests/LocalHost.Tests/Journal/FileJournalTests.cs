using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

public sealed class FileJournalTests : JournalContractTests
{
    private readonly TempFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(FileJournal.Open(_folder.Path));

    [Fact]
    public async Task Second_owner_is_refused_and_told_who_the_first_is()
    {
        await using var first = FileJournal.Open(_folder.Combine("owned"));
        var error = Assert.Throws<JournalException>(() => FileJournal.Open(_folder.Combine("owned")));
        Assert.Contains($"process {Environment.ProcessId} on host '{Environment.MachineName}'", error.Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await using var second = FileJournal.Open(_folder.Combine("owned"));
    }
}
