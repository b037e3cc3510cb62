using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Tests.Catalog.Workflows;

/// <summary>The same with every kind of content store.</summary>
public abstract class WorkflowStoreTests
{
    private const string One = """{ "id": "id-1", "slug": "one", "name": "One", "steps": [ { "id": "say", "prompt": "Say." } ] }""";
    private const string Other = """{ "slug": "one", "steps": [ { "id": "say", "prompt": "Say more." } ] }""";
    private const string Yaml = "steps:\n  - id: say\n    prompt: Say.\n";

    protected abstract IContentStore Content { get; }

    private WorkflowStore Store => new(Content, new DefinitionStore(Content), Tools(), TimeProvider.System);

    [Theory]
    [InlineData(One)]
    [InlineData(Yaml)]
    public async Task Text_comes_back_as_it_was_written(string text)
    {
        var put = await PutAsync(text, "one");

        var found = await Store.RequireAsync("one", null, default);
        Assert.True(put.Created);
        Assert.Equal(put.Stored.ETag, found.ETag);
        Assert.Equal(text, Encoding.UTF8.GetString((await Store.ReadTextAsync(found.Record, default)).Span));
    }

    [Fact]
    public async Task Literal_input_of_a_tool_that_is_wrong_is_a_warning()
    {
        var put = await PutAsync("""{ "slug": "one", "steps": [ { "id": "a", "type": "tool", "tool": "delay", "input": { "ms": "x" } } ] }""");

        Assert.Contains("wrong-tool-input", put.Warnings.Select(diagnostic => diagnostic.Code));
    }

    [Fact]
    public async Task Record_has_the_names_of_the_definition_and_is_found_by_its_id()
    {
        await PutAsync(One);

        var found = (await Store.RequireAsync("id-1", null, default)).Record;

        Assert.Equal(("one", "One", "id-1", null), (found.Slug, found.Name, found.Id, found.App));
    }

    [Fact]
    public async Task Every_new_text_is_a_version_and_the_same_text_is_not()
    {
        var first = await PutAsync(One);
        var again = await PutAsync(One);
        var second = await PutAsync(Other);

        Assert.Equal((false, first.Stored.ETag), (again.Created, again.Stored.ETag));
        Assert.False(second.Created);
        Assert.Equal([second.Stored.Record.Hash, first.Stored.Record.Hash], second.Stored.Record.Versions.Select(version => version.Hash));
        Assert.NotEqual(first.Stored.ETag, second.Stored.ETag);
    }

    [Fact]
    public async Task Of_concurrent_writers_that_saw_the_same_state_one_wins()
    {
        var (store, seen) = (Store, (await PutAsync(One)).Stored.ETag);

        var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            try
            {
                await store.PutAsync(
                    null, null, Text(One.Replace("Say.", $"Say {writer}.", StringComparison.Ordinal)), WriteCondition.Matches(seen), default);
                return true;
            }
            catch (StoreRefusedException refusal) when (refusal.Reason == StoreRefusal.Changed)
            {
                return false;
            }
        })));

        Assert.Single(won, true);
        Assert.Equal(2, (await Store.RequireAsync("one", null, default)).Record.Versions.Count);
    }

    [Fact]
    public async Task Of_concurrent_writers_without_a_condition_all_are_versions()
    {
        var store = Store;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
            store.PutAsync(null, null, Text(One.Replace("Say.", $"Say {writer}.", StringComparison.Ordinal)), WriteCondition.None, default))));

        Assert.Equal(8, (await Store.RequireAsync("one", null, default)).Record.Versions.Select(version => version.Hash).Distinct().Count());
    }

    [Fact]
    public async Task Create_only_refuses_what_exists_and_takes_what_was_deleted()
    {
        await PutAsync(One, condition: WriteCondition.New);

        await AssertRefusedAsync(StoreRefusal.Changed, () => PutAsync(Other, condition: WriteCondition.New));

        await Store.DeleteAsync("one", null, WriteCondition.None, default);
        Assert.True((await PutAsync(Other, condition: WriteCondition.New)).Created);
    }

    [Fact]
    public async Task Replace_only_refuses_what_does_not_exist() =>
        await AssertRefusedAsync(StoreRefusal.Changed, () => PutAsync(One, condition: WriteCondition.Existing));

    [Fact]
    public async Task Deleted_workflow_is_neither_found_nor_listed()
    {
        await PutAsync(One);

        await Store.DeleteAsync("id-1", null, WriteCondition.None, default);

        await AssertRefusedAsync(StoreRefusal.NotFound, () => Store.RequireAsync("one", null, default));
        await AssertRefusedAsync(StoreRefusal.NotFound, () => Store.DeleteAsync("one", null, WriteCondition.None, default));
        Assert.Empty(await Store.ListAsync(null, default).ToListAsync());
    }

    [Fact]
    public async Task Delete_of_another_state_changes_nothing()
    {
        var seen = (await PutAsync(One)).Stored.ETag;
        await PutAsync(Other);

        await AssertRefusedAsync(StoreRefusal.Changed, () => Store.DeleteAsync("one", null, WriteCondition.Matches(seen), default));

        Assert.Single(await Store.ListAsync(null, default).ToListAsync());
    }

    [Fact]
    public async Task Slug_that_several_apps_have_needs_the_app()
    {
        await PutAsync(One, app: "a");
        await PutAsync(One, app: "A");
        await PutAsync(One);

        var refusal = await AssertRefusedAsync(StoreRefusal.Ambiguous, () => Store.RequireAsync("one", null, default));

        Assert.Equivalent(
            new[] { new NamedCandidate("a", "one"), new NamedCandidate("A", "one"), new NamedCandidate(null, "one") }, refusal.Candidates);
        Assert.Equal("A", (await Store.RequireAsync("one", "A", default)).Record.App);
        Assert.Equal("a", (await Store.RequireAsync("id-1", "a", default)).Record.App);
        Assert.Equal("a", Assert.Single(await Store.ListAsync("a", default).ToListAsync()).Record.App);
    }

    [Fact]
    public async Task Unknown_name_is_answered_with_a_near_one()
    {
        await PutAsync(One);

        var refusal = await AssertRefusedAsync(StoreRefusal.NotFound, () => Store.RequireAsync("onw", null, default));

        Assert.Equal("There is no stored workflow 'onw'. Did you mean 'one'?", refusal.Message);
    }

    [Theory]
    [InlineData("../one")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task Name_that_is_no_key_is_not_found(string name) =>
        await AssertRefusedAsync(StoreRefusal.NotFound, () => Store.RequireAsync(name, null, default));

    [Fact]
    public async Task Definition_with_mistakes_is_refused_with_all_of_them()
    {
        var refusal = await AssertRefusedAsync(
            StoreRefusal.Invalid, () => PutAsync(
                """{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": ["d"] }, { "id": "b", "prompt": "x", "dependsOn": ["c"] } ] }""", "one"));

        Assert.Equal(2, refusal.Diagnostics.Count(finding => finding.Severity == DiagnosticSeverity.Error));
        Assert.Empty(await Store.ListAsync(null, default).ToListAsync());
    }

    [Theory]
    [InlineData(One, "two", null, "'two'")]
    [InlineData(Yaml, null, null, "has no slug")]
    [InlineData(Yaml, "Two", null, "'Two'")]
    [InlineData(Yaml, "two", "_", "'_'")]
    [InlineData(Yaml, "two", "../a", "'../a'")]
    [InlineData("""{ "appName": "b", "steps": [ { "id": "say", "prompt": "Say." } ] }""", "two", "a", "'b'")]
    [InlineData("""{ "appName": "my app", "steps": [ { "id": "say", "prompt": "Say." } ] }""", "two", null, "'my app'")]
    public async Task Names_that_do_not_fit_are_refused(string text, string? slug, string? app, string told)
    {
        var refusal = await AssertRefusedAsync(StoreRefusal.Invalid, () => PutAsync(text, slug, app));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    private static ToolSet Tools() =>
        new ServiceCollection().AddOrchestratorActivities("m", claims: null).BuildServiceProvider().GetRequiredService<ToolSet>();

    private static async Task<StoreRefusedException> AssertRefusedAsync(StoreRefusal reason, Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(act);
        Assert.Equal(reason, refusal.Reason);
        return refusal;
    }

    private Task<WorkflowPutResult> PutAsync(string text, string? slug = null, string? app = null, WriteCondition? condition = null) =>
        Store.PutAsync(slug, app, Text(text), condition ?? WriteCondition.None, default);
}
