using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

/// <summary>The same with every kind of content store.</summary>
public abstract class PromptStoreTests
{
    private const string Full = "---\nmodel: m1\ntemperature: 0.5\nmaxTokens: 9\nsystem: Be kind.\ndescription: For tests.\ninputs:\n  name:\n    " +
        "type: string\n    default: Ada\n---\nHello {{name}}";

    protected abstract IContentStore Content { get; }

    private PromptStore Store => new(Content, TimeProvider.System);

    [Fact]
    public async Task Prompt_is_read_as_it_was_stored()
    {
        var put = await PutAsync(Full);

        var found = await Source().RequireAsync("hello");

        Assert.Equal(put.Version, found.Version);
        Assert.Equal(
            ("Hello {{name}}", "m1", 0.5, 9, "Be kind.", "For tests."),
            (found.Text, found.Model, found.Temperature!.Value, found.MaxTokens!.Value, found.System, found.Description));
        Assert.Equal(("name", "Ada"), (Assert.Single(found.Inputs).Name, found.Inputs[0].Default!.GetValue<string>()));
    }

    [Fact]
    public async Task Newest_version_is_found_and_every_other_by_its_name()
    {
        var first = await PutAsync("One");
        var second = await PutAsync("Two");

        Assert.Equal("Two", (await Source().RequireAsync("hello")).Text);
        Assert.Equal("One", (await Source().RequireAsync($"hello@{first.Version}")).Text);
        Assert.Equal([second.Version, first.Version], second.Stored.Record.Versions.Select(version => version.Version));
    }

    [Fact]
    public async Task Same_content_is_one_version()
    {
        var first = await PutAsync("One");
        var again = await PutAsync("One");

        Assert.Equal((true, false, first.Stored.ETag), (first.Created, again.Created, again.Stored.ETag));
        Assert.Single(again.Stored.Record.Versions);
    }

    [Fact]
    public async Task Earlier_content_without_a_label_is_the_newest_again()
    {
        var first = await PutAsync("One");
        var second = await PutAsync("Two");

        var again = await PutAsync("One");

        Assert.Equal([first.Version, second.Version], again.Stored.Record.Versions.Select(version => version.Version));
        Assert.Equal("One", (await Source().RequireAsync("hello")).Text);
    }

    [Fact]
    public async Task Environment_has_its_labelled_version_and_others_the_newest()
    {
        await PutAsync("One", label: "production");
        await PutAsync("Two");

        Assert.Equal("One", (await Source(environment: "production").RequireAsync("hello")).Text);
        Assert.Equal("Two", (await Source(environment: "test").RequireAsync("hello")).Text);
    }

    [Fact]
    public async Task Label_goes_back_to_an_earlier_version_without_changing_the_newest()
    {
        await PutAsync("One");
        await PutAsync("Two", label: "production");

        await PutAsync("One", label: "production");

        Assert.Equal("One", (await Source(environment: "production").RequireAsync("hello")).Text);
        Assert.Equal("Two", (await Source().RequireAsync("hello")).Text);
    }

    [Fact]
    public async Task Source_has_the_prompts_of_its_app_then_those_without_an_app_and_no_others()
    {
        await PutAsync("Nobody's");
        await PutAsync("Of a", app: "a");
        await PutAsync("Of b", app: "b", slug: "only-b");
        await PutAsync("Shared", slug: "shared");

        Assert.Equal("Of a", (await Source("a").RequireAsync("hello")).Text);
        Assert.Equal("Shared", (await Source("a").RequireAsync("shared")).Text);
        Assert.Equal("Nobody's", (await Source("my app").RequireAsync("hello")).Text);
        Assert.Equal(["hello", "shared"], await Source("a").ListAsync());
        var missing = await Assert.ThrowsAsync<PromptException>(() => Source("a").RequireAsync("only-b"));
        Assert.Equal(ErrorKind.PromptNotFound, missing.Error.Kind);
        Assert.Contains("the app 'a'", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slugs_that_differ_in_case_only_are_two_prompts()
    {
        await PutAsync("small", slug: "clarify");
        await PutAsync("Capital", slug: "Clarify");

        Assert.Equal("small", (await Source().RequireAsync("clarify")).Text);
        Assert.Equal("Capital", (await Source().RequireAsync("Clarify")).Text);
        Assert.Equal(["Clarify", "clarify"], await Source().ListAsync());
    }

    [Fact]
    public async Task Longest_slug_of_capitals_is_stored()
    {
        var slug = new string('A', 100);

        await PutAsync("Long", slug: slug);

        Assert.Equal("Long", (await Source().RequireAsync(slug)).Text);
    }

    [Fact]
    public async Task Of_concurrent_writers_that_saw_the_same_state_one_wins()
    {
        var (store, seen) = (Store, (await PutAsync("One")).Stored.ETag);

        var won = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            try
            {
                await store.PutAsync(Read($"Text {writer}"), null, null, WriteCondition.Matches(seen), default);
                return true;
            }
            catch (StoreRefusedException refusal) when (refusal.Reason == StoreRefusal.Changed)
            {
                return false;
            }
        })));

        Assert.Single(won, true);
        Assert.Equal(2, (await Store.RequireAsync("hello", null, default)).Record.Versions.Count);
    }

    [Fact]
    public async Task Slug_that_several_apps_have_needs_the_app()
    {
        await PutAsync("One", app: "a");
        await PutAsync("One");

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.RequireAsync("hello", null, default));

        Assert.Equal(StoreRefusal.Ambiguous, refusal.Reason);
        Assert.Equal("a", (await Store.RequireAsync("hello", "a", default)).Record.App);
    }

    [Fact]
    public async Task Unknown_version_is_refused_with_the_known_ones()
    {
        var put = await PutAsync("One");

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.ReadAsync(put.Stored.Record, "000000000000", default));

        Assert.Equal(StoreRefusal.NotFound, refusal.Reason);
        Assert.Contains(put.Version, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_prompt_is_neither_found_nor_listed_nor_given_to_runs()
    {
        var put = await PutAsync("One", label: "production");

        await Store.DeleteAsync("hello", null, WriteCondition.None, default);

        foreach (var name in (string[])["hello", $"hello@{put.Version}"])
        {
            var missing = await Assert.ThrowsAsync<PromptException>(() => Source(environment: "production").RequireAsync(name));
            Assert.Equal(ErrorKind.PromptNotFound, missing.Error.Kind);
        }

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.DeleteAsync("hello", null, WriteCondition.None, default));
        Assert.Equal(StoreRefusal.NotFound, refusal.Reason);
        Assert.Empty(await Store.ListAsync(null, default).ToListAsync());
        Assert.Empty(await Source().ListAsync());
    }

    [Fact]
    public async Task Deleted_prompt_starts_again_without_its_versions_and_labels()
    {
        var first = await PutAsync("One", label: "production");
        await Store.DeleteAsync("hello", null, WriteCondition.None, default);

        var again = await PutAsync("Two");

        Assert.True(again.Created);
        Assert.Equal([again.Version], again.Stored.Record.Versions.Select(version => version.Version));
        Assert.Equal("Two", (await Source(environment: "production").RequireAsync("hello")).Text);
        Assert.Equal(first.Version, (await PutAsync("One")).Version);
        Assert.Equal("One", (await Source().RequireAsync("hello")).Text);
    }

    [Fact]
    public async Task Delete_of_another_state_changes_nothing()
    {
        var seen = (await PutAsync("One")).Stored.ETag;
        await PutAsync("Two");

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => Store.DeleteAsync("hello", null, WriteCondition.Matches(seen), default));

        Assert.Equal(StoreRefusal.Changed, refusal.Reason);
        Assert.Equal("Two", (await Source().RequireAsync("hello")).Text);
    }

    [Theory]
    [InlineData("a b", null, null)]
    [InlineData("hello", "_", null)]
    [InlineData("hello", null, "a/b")]
    public async Task Names_that_are_not_allowed_are_refused(string slug, string? app, string? label)
    {
        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => PutAsync("One", app, label, slug));

        Assert.Equal(StoreRefusal.Invalid, refusal.Reason);
        Assert.Empty(await Store.ListAsync(null, default).ToListAsync());
    }

    private static PromptDefinition Read(string text, string slug = "hello") => PromptFile.Parse(slug, $"{slug}.md", text);

    private IPromptSource Source(string? app = null, string environment = "default") => Store.SourceFor(app, environment);

    private Task<PromptPutResult> PutAsync(string text, string? app = null, string? label = null, string slug = "hello") =>
        Store.PutAsync(Read(text, slug), app, label, WriteCondition.None, default);
}
