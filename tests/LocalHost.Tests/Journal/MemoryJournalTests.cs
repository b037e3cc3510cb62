using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Journal;

public sealed class MemoryJournalTests : JournalContractTests
{
    private readonly MemoryJournal _memory = new();

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(_memory);
}
