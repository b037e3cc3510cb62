using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.RunLogs;

public sealed class FileRunLogStoreTests : TornRunLogContract
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(IContentStore.MaxAppendBytes, 1)]
    [InlineData((2 * IContentStore.MaxAppendBytes) - 1, 1)]
    [InlineData(5 * IContentStore.MaxAppendBytes, 1)]
    [InlineData(5 * IContentStore.MaxAppendBytes, 0)]
    [InlineData((2 * IContentStore.MaxAppendBytes) - 1, 0, false)]
    public async Task Line_that_is_too_long_is_named_with_its_position_and_what_follows_it_is_read(int length, int lineBreaks, bool isNamed = true)
    {
        await Start().AddAsync(Run, LogProcess.Checkpoint("a", "A"));
        var position = (await LinesAsync()).Single().Length + 1;
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, Log.Value), new string('x', length) + new string('\n', lineBreaks));
        if (lineBreaks > 0)
        {
            await Start().AddAsync(Run, LogProcess.Checkpoint("b", "B"));
        }

        var reader = Start();
        for (var reads = 0; reads < 2; reads++)
        {
            var flaws = (await IndexAsync(reader)).Flaws;
            Assert.Equal(isNamed ? [new LogFlaw(position, "is longer than 4194304 bytes, which no record is")] : [], flaws);
        }

        Assert.Equal("A", (string?)(await reader.FindAsync(Run, "a"))!.Output);
        Assert.Equal(lineBreaks > 0 ? "B" : null, (string?)(await reader.FindAsync(Run, "b"))?.Output);
    }

    protected override IContentStore Open() => new FileContentStore(_folder.Path, TimeProvider.System);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
