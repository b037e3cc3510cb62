using System.Text;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Retention;

public sealed class PrunedDefinitionTests : PruningTestBase
{
    [Fact]
    public async Task Unused_definition_is_set_aside_for_a_day_and_found_there()
    {
        var definitions = new DefinitionStore(Store);
        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);

        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        Assert.Equal("text", Encoding.UTF8.GetString((await definitions.GetAsync(Hash, CancellationToken.None))!.Value.Span));
        Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);
        Assert.NotNull(await definitions.GetAsync(Hash, CancellationToken.None));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        Assert.Null(await definitions.GetAsync(Hash, CancellationToken.None));
        Assert.Empty(await Store.ListAsync(ContentPrefix.All).ToListAsync());
    }

    [Fact]
    public async Task Definition_of_a_start_that_was_under_way_is_put_back()
    {
        var definitions = new DefinitionStore(Store);
        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
        await PruneAsync(days: null);
        await AddAsync("slow", RunStatus.Pending, age: 0);
        Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        Assert.Equal([$"definitions/{Hash}"], (await Store.ListAsync(ContentPrefix.Under("definitions")).ToListAsync()).Select(key => key.Value));
    }

    [Fact]
    public async Task Definition_that_is_put_back_while_it_is_looked_for_is_found()
    {
        var store = new FailingStore();
        var (place, aside) = (ContentKey.Of("definitions", Hash), ContentKey.Of("definitions", $"unused-{1:D19}-{Hash}"));
        await store.PutAsync(aside, "text"u8.ToArray());
        var reads = 0;
        store.OnOperation = memory =>
        {
            // Between the look at its own place and the read of what was seen aside.
            if (++reads == 2)
            {
                memory.PutAsync(place, "text"u8.ToArray()).GetAwaiter().GetResult();
                memory.DeleteAsync(aside).GetAwaiter().GetResult();
            }
        };

        Assert.Equal("text", Encoding.UTF8.GetString((await new DefinitionStore(store).GetAsync(Hash, CancellationToken.None))!.Value.Span));
    }

    [Fact]
    public async Task Definition_is_kept_for_stored_workflows_and_while_a_record_cannot_be_read()
    {
        var workflows = Workflows();
        await workflows.PutAsync(
            "one", null, """{ "steps": [ { "id": "a", "prompt": "1" } ] }"""u8.ToArray(), WriteCondition.None, CancellationToken.None);
        await workflows.PutAsync(
            "one", null, """{ "steps": [ { "id": "a", "prompt": "2" } ] }"""u8.ToArray(), WriteCondition.None, CancellationToken.None);
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        await new DefinitionStore(Store).PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
        await Store.PutAsync(ContentKey.Of("runs", "bad", "run.json"), "{"u8.ToArray());
        Assert.Equal(0, (await PruneAsync(days: null)).Definitions);

        await Store.DeleteAsync(ContentKey.Of("runs", "bad", "run.json"));
        Assert.Equal(1, (await PruneAsync(days: null)).Definitions);
        await workflows.DeleteAsync("one", null, WriteCondition.None, CancellationToken.None);
        Assert.Equal(2, (await PruneAsync(days: null)).Definitions);
    }
}
